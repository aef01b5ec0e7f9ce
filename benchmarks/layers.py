"""What the layers cost: our typed endpoint against the well-known recipe, over the same upstream, in the same run.

Two upstreams: one of constant bytes, which answers faster than any real one and so shows every microsecond of ours; and
the stand-in GitHub, which does some work for each answer, as upstreams do.
"""

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


def measure(*, rounds: int) -> dict[str, dict[str, Rates]]:
    """One worker each, by upstream."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        body = folder / "body.json"
        body.write_bytes(repository_json())
        constant, standin = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        with running(["-m", "benchmarks.fast_upstream", _port(constant), str(body)], constant, folder / "constant.log"):
            over_constant = _over(constant, folder, rounds)
        arguments = ["-m", "app.demo.serving", "--github-port", _port(standin), "--points", "1000000000"]
        with running(arguments, standin, folder / "standin.log"):
            over_standin = _over(standin, folder, rounds)
    return {"an upstream of constant bytes": over_constant, "the stand-in GitHub": over_standin}


def _over(upstream: str, folder: Path, rounds: int) -> dict[str, Rates]:
    recipe, headgate = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    configuration = folder / "headgate.yaml"
    configuration.write_text(
        "server: {access_log: false}\n"
        f"upstreams: {{github: {{kind: github, base_url: '{upstream}/', token: benchmark}}}}\n"
    )
    serve = ["-m", "app", "serve", "--config", str(configuration), "--port", _port(headgate), "--workers", "1"]
    with (
        running(["-m", "benchmarks.recipe", _port(recipe), f"{upstream}/"], recipe + PATH, folder / "recipe.log"),
        running(serve, headgate + PATH, folder / "headgate.log"),
    ):
        return side_by_side({RECIPE: recipe + PATH, OURS: headgate + PATH}, rounds=rounds)


def repository_json() -> bytes:
    """A repository as GitHub sends it (5.7 KB), from the stand-in's world."""
    repository = GitHubStandIn().world.repository("acme", "rocket")
    assert repository is not None
    return json.dumps(full_repository(repository, "https://api.github.com", authenticated=True)).encode()


def _port(url: str) -> str:
    return url.rpartition(":")[2]
