"""All that touches the terminal or the inside of Textual: what is read, what is sent, and when."""
