"""The process that trains a run: started, queued, and told from a dead one."""
