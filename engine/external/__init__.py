"""Training that is not ours."""
