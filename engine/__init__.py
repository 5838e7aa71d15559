"""Trains, watches and records. Knows no screen."""
