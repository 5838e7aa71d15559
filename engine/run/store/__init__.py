"""The database of a run: what is written, read, condensed and thinned."""
