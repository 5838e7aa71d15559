"""Images as text."""
