"""`headgate keys`: making, changing and ending the keys of callers."""
