"""Shows and asks. Never imports torch."""
