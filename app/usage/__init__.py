"""Who spent the quota, and what was saved: kept over restarts."""
