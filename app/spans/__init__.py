"""Spans: how long each part of a request took, for whoever follows a trace. Exported with `headgate[otel]` alone."""
