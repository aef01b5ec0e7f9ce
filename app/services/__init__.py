"""Use cases: fetch, combine, rank. Plain classes with constructor arguments, and the answers that the API promises."""
