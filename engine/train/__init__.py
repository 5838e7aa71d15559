"""Our own training: the loop, the process around it, the device and the random numbers."""
