"""Log lines: one event each, in JSON or as text, with the request that they belong to. They go to standard error."""
