"""What a person asks of a training, done between two steps."""
