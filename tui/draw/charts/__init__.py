"""Lines, axes and bands as rows of text."""
