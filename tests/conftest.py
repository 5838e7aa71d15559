"""What must hold before any test: see each line."""

import os
import signal

# Before anything imports torch: its threads sleep while they wait, as a worker's do (engine.run.launch).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# A shell starts what runs in the background deaf to Ctrl-C, and some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)
