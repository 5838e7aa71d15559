"""Sheets of samples that other programs save: cut into tiles, shown, and measured."""
