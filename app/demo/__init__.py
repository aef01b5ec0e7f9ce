"""Stand-in upstreams: a small deterministic GitHub and a small Facebook Graph, over real HTTP on loopback."""
