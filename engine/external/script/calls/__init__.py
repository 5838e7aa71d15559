"""What one call of `log` gives: values, pictures, a step."""
