"""Before anything imports torch: its threads sleep while they wait, as a worker's do (engine.run.launch)."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
