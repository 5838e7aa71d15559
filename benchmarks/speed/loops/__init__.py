"""Programs that benchmarks start: what others would write, and what ours is held against. One file each."""
