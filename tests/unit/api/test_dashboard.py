"""The dashboard's page and files, as they are answered: what may be kept, for how long, and what stays shut."""

import re

import pytest

from app.api.dashboard import open_paths
from app.dashboard import files
from tests.gateway import Ask

PLAIN = "/assets/app.js"
NAMED = f"/assets/{files.digest()}/app.js"


async def test_the_page_names_all_its_files_with_their_digest(ask: Ask) -> None:
    page = await ask("/")
    named = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page.raw.decode())

    assert len(named) > 5
    for path in named:
        assert path.startswith(f"/assets/{files.digest()}/")
        answer = await ask(path)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable"), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_is_asked_for_anew_and_says_what_it_may(ask: Ask) -> None:
    page = await ask("/")

    assert page.headers["Cache-Control"] == "no-cache"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in page.headers["Permissions-Policy"]
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/", PLAIN, NAMED])
@pytest.mark.parametrize("taken", ["gzip", "identity"])
async def test_whoever_has_it_gets_304(ask: Ask, path: str, taken: str) -> None:
    got = await ask(path, Accept_Encoding=taken)
    again = await ask(path, Accept_Encoding=taken, If_None_Match=got.headers["ETag"])

    assert (again.status, again.raw) == (304, b"")
    assert again.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("taken", "compressed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("deflate,x-gzip", True),
        ("gzip;q=1.000", True),
        ("gzip;q=0", False),
        ("gzip; q=0.00", False),
        ("identity", False),
        ("notgzip", False),
    ],
)
async def test_it_is_compressed_for_whoever_takes_that(ask: Ask, taken: str, compressed: bool) -> None:
    answer = await ask(PLAIN, Accept_Encoding=taken)

    assert ("Content-Encoding" in answer.headers) == compressed
    assert answer.raw == files.content("app.js")


async def test_the_two_forms_have_validators_of_their_own(ask: Ask) -> None:
    tags = {(await ask(PLAIN, Accept_Encoding=taken)).headers["ETag"] for taken in ("gzip", "identity")}

    assert len(tags) == 2


@pytest.mark.parametrize("name", sorted(files.MEDIA_TYPES))
async def test_each_kind_has_its_media_type(ask: Ask, name: str) -> None:
    found = next((each for each in files.names() if each.endswith(name) and each != files.PAGE), None)
    if found is not None:
        assert (await ask(f"/assets/{found}")).headers["Content-Type"] == files.MEDIA_TYPES[name]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/",
        "/assets/index.html",
        "/assets/vendor/README.md",
        "/assets/vendor/preact.LICENSE",
        "/assets/../files.py",
        "/assets/%2e%2e/files.py",
        "/assets/0123456789abcdef/app.js",
    ],
)
async def test_nothing_else_is_there(ask: Ask, path: str) -> None:
    assert (await ask(path)).status in {400, 404}


async def test_head_tells_what_get_would(ask: Ask) -> None:
    got, head = await ask(NAMED), await ask(NAMED, "HEAD")

    assert (head.status, head.raw) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]


def test_all_that_the_page_needs_is_read_without_a_key() -> None:
    assert {"/", PLAIN, NAMED, f"/assets/{files.digest()}/vendor/chart.js"} <= set(open_paths())
    assert not any("README" in path or "LICENSE" in path for path in open_paths())
