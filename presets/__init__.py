"""What can be trained: presets as validated data. Imports nothing of ours, and never torch."""
