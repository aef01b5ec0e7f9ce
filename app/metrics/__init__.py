"""What the gateway counts and measures, for Prometheus, of all workers together (docs/metrics.md)."""
