"""What upstreams answer in the benchmarks."""

import json

from app.demo.github import GitHubStandIn
from app.demo.github.shapes.repositories import full_repository


def repository_json() -> bytes:
    """A repository as GitHub sends it (5.9 KB), from the stand-in's world."""
    repository = GitHubStandIn().world.repository("acme", "rocket")
    assert repository is not None
    return json.dumps(full_repository(repository, "https://api.github.com", authenticated=True)).encode()
