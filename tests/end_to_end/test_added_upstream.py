"""docs/adding-an-upstream.md is followed to the letter, in a copy of `app/`: the endpoint that it adds answers."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-an-upstream.md").read_text(encoding="utf-8")
PYTHON = re.compile(r"^```python\n# ((?:app|tests)/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SUM = re.compile(
    r"^In all (\d+) new files with (\d+) lines, and (\d+) lines in (\d+) files that were there\.$", re.MULTILINE
)
ROW = re.compile(r"^\| [^|\n]*: ([^|\n]*) \| (\d+) \| (\d+) \|$", re.MULTILINE)
DIFF = re.compile(r"^```diff\n--- a/(\S+)\n\+\+\+ b/\S+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TRIAL = """
import asyncio, json
import aiohttp
from aiohttp import web
from app.clients.registry import FakeRegistryClient
from app.container import Container
from app.demo.serving import running
from app.server import create_app
from app.settings import Settings
from tests.gateway import serving_gateway

asked = []

async def packages(request):
    asked.append((request.path, request.headers["Accept"], request.headers["Authorization"]))
    if request.match_info["name"] != "rocket":
        return web.json_response({"message": "none"}, status=404)
    known = {"name": "rocket", "version": "1.4.0", "downloads": 12, "more": True}
    return web.json_response(known, headers={"Cache-Control": "max-age=60"})

async def answers(base_url, *paths):
    async with aiohttp.ClientSession(base_url) as caller:
        for path in paths:
            async with caller.get(path) as answer:
                yield answer.status, await answer.json()

async def main():
    upstream = web.Application()
    upstream.router.add_get("/packages/{name}", packages)
    told = {}
    async with running(upstream) as base_url:
        settings = Settings.model_validate({
            "cache": {"store": "memory"}, "usage": {"path": None},
            "upstreams": {"registry": {"kind": "registry", "base_url": base_url, "token": "any"}},
        })
        container = Container(settings=settings)
        async with serving_gateway(create_app(container)) as gateway:
            paths = ("/api/v1/packages/rocket", "/api/v1/packages/rocket", "/api/v1/packages/none", "/openapi.json")
            told["real"] = [each async for each in answers(gateway, *paths)]
            container.registry_client.override(FakeRegistryClient([{"name": "booster", "version": "2"}]))
            told["fake"] = [each async for each in answers(gateway, "/api/v1/packages/booster")]
    told["real"][3] = (told["real"][3][0], "/api/v1/packages/{package}" in told["real"][3][1]["paths"])
    print(json.dumps({**told, "asked": asked}))

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the page is about, with all that it says to do."""
    copy = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "static")
    shutil.copytree(ROOT / "app", copy / "app", ignore=ignored)
    (copy / "app" / "dashboard" / "static").symlink_to(ROOT / "app" / "dashboard" / "static")
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name, text in PYTHON.findall(PAGE):
        file = copy / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for name, text in DIFF.findall(PAGE):
        _change(copy / name, text)
    return copy


def _change(file: Path, diff: str) -> None:
    """Replaces, hunk by hunk, the one line that goes by those that come."""
    text = file.read_text(encoding="utf-8")
    for hunk in diff.split("@@\n")[1:]:
        gone = "".join(f"{line[1:]}\n" for line in hunk.splitlines() if line.startswith("-"))
        come = "".join(f"{line[1:]}\n" for line in hunk.splitlines() if line.startswith("+"))
        assert text.count(gone) == 1, f"{file.name}: {gone}"
        text = text.replace(gone, come)
    file.write_text(text, encoding="utf-8")


def test_the_page_has_its_parts() -> None:
    assert len(PYTHON.findall(PAGE)) == 9
    assert [name for name, _ in DIFF.findall(PAGE)] == [
        "app/settings/upstreams.py",
        "app/container.py",
        "app/assembly.py",
        "app/api/__init__.py",
        "pyproject.toml",
    ]


def test_what_it_counts_of_the_example_is_so(built: Path) -> None:
    new, changed = PYTHON.findall(PAGE), DIFF.findall(PAGE)
    come = [line for _, diff in changed for line in diff.splitlines() if line.startswith("+")]
    gone = [line for _, diff in changed for line in diff.splitlines() if line.startswith("-")]
    lines = sum(len((built / name).read_text(encoding="utf-8").splitlines()) for name, _ in new)

    (said,) = SUM.findall(PAGE)
    assert [int(number) for number in said] == [len(new), lines, len(come) - len(gone), len(changed)]
    assert not [name for name, _ in (*new, *changed) if "github" in name]


def test_what_it_counts_of_facebook_is_so() -> None:
    """Files to the number, lines to a tenth: they grow."""
    rows = ROW.findall(PAGE)

    assert len(rows) == 3
    for places, files, lines in rows:
        found = [file for place in re.findall("`([^`]+)`", places) for file in _files(place)]
        counted = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in found)
        assert len(found) == int(files), places
        assert counted == pytest.approx(int(lines), rel=0.1), places


def _files(place: str) -> list[Path]:
    """`app/x/`, `app/x.py` and `app/{x,y}.py`."""
    if match := re.fullmatch(r"(.*)\{(.*)\}(.*)", place):
        return [ROOT / f"{match[1]}{name}{match[3]}" for name in match[2].split(",")]
    return sorted((ROOT / place).glob("*.py")) if place.endswith("/") else [ROOT / place]


def test_the_endpoint_answers(built: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", TRIAL], cwd=built, capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    rocket = {"name": "rocket", "version": "1.4.0", "summary": None, "downloads": 12}
    assert told["real"][:2] == [[200, rocket]] * 2
    assert told["real"][2][0] == 404
    assert told["real"][2][1]["detail"].startswith("there is no package none on registry")
    assert told["real"][3] == [200, True]
    assert told["fake"] == [[200, {"name": "booster", "version": "2", "summary": None, "downloads": 0}]]
    assert told["asked"][0] == ["/packages/rocket", "application/json", "Bearer any"]
    assert [path for path, *_ in told["asked"]] == ["/packages/rocket", "/packages/none"]


@pytest.mark.parametrize("command", [("ruff", "check"), ("ruff", "format", "--check")])
def test_what_it_says_is_in_order(built: Path, command: tuple[str, ...]) -> None:
    names = [name for name, _ in PYTHON.findall(PAGE)]
    tool = Path(sys.executable).with_name(command[0])
    ran = subprocess.run([tool, *command[1:], *names], cwd=built, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


def test_its_contract_suite_passes(built: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-p",
        "no:cacheprovider",
        "tests/contract/test_registry_client.py",
    ]
    ran = subprocess.run(command, cwd=built, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stdout
    assert "6 passed" in ran.stdout


def test_the_import_contracts_hold(built: Path) -> None:
    """With the copy's `app`, and not with ours."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    ran = subprocess.run(command, cwd=built, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stdout
    assert "0 broken" in ran.stdout


def test_its_types_fit(built: Path, tmp_path: Path) -> None:
    names = [*(name for name, _ in PYTHON.findall(PAGE)), "app/container.py"]
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), *names]
    ran = subprocess.run(command, cwd=built, capture_output=True, text=True, timeout=300, check=False)

    assert ran.returncode == 0, ran.stdout
