"""What drop-ins for other loggers share."""
