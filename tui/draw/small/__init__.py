"""Small drawings: meters, sparks, colours and pens."""
