"""What upstreams answer in the benchmarks."""

import json

from app.demo.github import GitHubStandIn
from app.demo.github.shapes.repositories import full_repository

GITHUB = "https://api.github.com"


def repository_json(api: str = GITHUB) -> bytes:
    """A repository as GitHub sends it (5.9 KB, some sixty URLs), from the stand-in's world."""
    repository = GitHubStandIn().world.repository("acme", "rocket")
    assert repository is not None
    return json.dumps(full_repository(repository, api, authenticated=True)).encode()


def repositories_json(count: int) -> bytes:
    """A list of repositories, no two alike."""
    items = [
        repository_json().replace(b"rocket", b"rocket-%d" % number).replace(b"4000", b"4%03d" % number)
        for number in range(count)
    ]
    return b"[" + b", ".join(items) + b"]"
