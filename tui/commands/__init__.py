"""The command line, one family of commands a file. Nothing here imports Textual, torch or plotext."""
