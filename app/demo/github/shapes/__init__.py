"""From records to GitHub's JSON. `api` is the address of the API as the request used it, without the last slash."""
