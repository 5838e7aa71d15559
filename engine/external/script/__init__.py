"""A script's own loop: all that is behind `import latentop`."""
