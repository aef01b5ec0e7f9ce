"""`headgate report`: the reports of the API in a terminal, as CSV, and as a page."""
