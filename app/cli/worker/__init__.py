"""A worker process: it serves, and does what the main process says."""
