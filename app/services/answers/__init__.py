"""The answers that the API promises, one module per resource. Frozen; each is built from a client's model by `of`."""
