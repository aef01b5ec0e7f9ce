"""The dashboard: static files, and nothing that runs here."""
