"""From events to the store, off the training thread."""
