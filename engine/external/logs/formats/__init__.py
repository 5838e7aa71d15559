"""The formats that logs are written in, a small reader in a file each."""
