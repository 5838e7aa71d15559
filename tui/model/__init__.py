"""What a viewer knows and says of a run: pure, without Textual."""
