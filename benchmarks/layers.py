"""What the layers cost: our typed endpoint against the well-known recipe, over the same upstream, in the same run."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from app.demo.github import GitHubStandIn
from app.demo.github.shapes.repositories import full_repository
from benchmarks.load import Rates, side_by_side
from benchmarks.servers import free_port, running

PATH = "/api/v1/repos/acme/rocket"
OURS = "Headgate: typed, validated, its own answer model"
RECIPE = "recipe: session on the app, JSON decoded and encoded"


def measure(*, rounds: int) -> dict[str, Rates]:
    """One worker each."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        body = folder / "body.json"
        body.write_bytes(repository_json())
        upstream, recipe, headgate = (f"http://127.0.0.1:{free_port()}" for _ in range(3))
        configuration = folder / "headgate.yaml"
        configuration.write_text(
            "server: {access_log: false}\n"
            f"upstreams: {{github: {{kind: github, base_url: '{upstream}/', token: benchmark}}}}\n"
        )
        with (
            running(["-m", "benchmarks.fast_upstream", _port(upstream), str(body)], upstream, folder / "upstream.log"),
            running(["-m", "benchmarks.recipe", _port(recipe), f"{upstream}/"], recipe + PATH, folder / "recipe.log"),
            running(
                ["-m", "app", "serve", "--config", str(configuration), "--port", _port(headgate), "--workers", "1"],
                headgate + PATH,
                folder / "headgate.log",
            ),
        ):
            return side_by_side({RECIPE: recipe + PATH, OURS: headgate + PATH}, rounds=rounds)


def repository_json() -> bytes:
    """A repository as GitHub sends it (5.7 KB), from the stand-in's world."""
    repository = GitHubStandIn().world.repository("acme", "rocket")
    assert repository is not None
    return json.dumps(full_repository(repository, "https://api.github.com", authenticated=True)).encode()


def _port(url: str) -> str:
    return url.rpartition(":")[2]
