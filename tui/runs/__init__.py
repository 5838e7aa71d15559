"""Reads runs, starts them, and asks them."""
