"""Reports: one answer made of many."""
