"""What is kept to go on from: on disk and in memory."""
