"""How good and how diverse samples are, beside real data."""
