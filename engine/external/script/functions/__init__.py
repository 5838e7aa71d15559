"""The functions and data that a script gives, called between two steps so that its training can't tell."""
