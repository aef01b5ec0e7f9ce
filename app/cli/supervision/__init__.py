"""The main process: it starts workers, watches them, replaces them and ends them, and serves nothing itself."""
