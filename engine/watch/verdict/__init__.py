"""From readings and signals to alarms, and to a verdict."""
