"""What the chaotic upstreams tell: bodies that say for what they are and in which version, sealed by a checksum.

A thing is a path (`repos/acme-1/r5`, `repos/acme-1/r5/issues`, `items/7`). Its body in a version can be computed by
anybody who knows both, so a body that is cut, mixed up, of another path or made up is recognised: on a mount byte for
byte, and on the typed API, which writes GitHub's JSON anew, by every field that it keeps.
"""

import gzip
import json
import re
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

OWNERS: Final = 25
REPOSITORIES: Final = 250
ITEMS: Final = 250
LIST_QUERY: Final = "?state=open&sort=created&direction=desc&page=1&per_page=30"
"""How the typed client asks for a list of issues."""

_SEAL = re.compile(r"(\S+) v(\d+) ([0-9a-f]{16})")
_LIFETIMES: Final = (0, 1, 1, 2, 2, 3)


class WrongBody(Exception):
    """The body is not what upstream tells of this thing in any version."""


def repository(number: int) -> str:
    return f"repos/acme-{number % OWNERS}/r{number}"


def issues(number: int) -> str:
    return f"{repository(number)}/issues"


def item(number: int) -> str:
    return f"items/{number}"


def thing_of(target: str) -> str:
    """The thing that a target is about: its path."""
    return target.partition("?")[0].lstrip("/")


def lifetime_seconds(thing: str) -> int:
    """For how long upstream declares its body to be fresh (`max-age`)."""
    return _LIFETIMES[int(_digest(f"lifetime of {thing}"), 16) % len(_LIFETIMES)]


def etag(thing: str, version: int) -> str:
    return f'"{version}-{_digest(f"{thing} v{version}")[:8]}"'


def version_of_etag(thing: str, tag: str) -> int:
    """The version that an ETag stands for.

    Raises:
        WrongBody: It is none of this thing's.
    """
    number = tag.removeprefix("W/").strip('"').partition("-")[0]
    if not number.isdigit() or etag(thing, int(number)) != tag.removeprefix("W/"):
        raise WrongBody(f"the ETag {tag} is none of {thing}")
    return int(number)


@lru_cache(maxsize=20_000)
def body_of(thing: str, version: int) -> bytes:
    """The JSON of a thing."""
    return json.dumps(_shape(thing, version)).encode()


@lru_cache(maxsize=20_000)
def packed_body_of(thing: str, version: int) -> bytes:
    """The same with gzip."""
    return gzip.compress(body_of(thing, version), 1, mtime=0)


def version_relayed(thing: str, body: bytes) -> int:
    """The version of a body as a mount gives it, checked byte for byte.

    Raises:
        WrongBody: It is not what upstream tells of this thing.
    """
    found = _SEAL.search(body.decode("utf-8", "replace"))
    if found is None:
        raise WrongBody(f"no seal in {len(body)} bytes for {thing}")
    if body != body_of(thing, int(found[2])):
        raise WrongBody(f"{len(body)} bytes for {thing} that upstream has not told; their seal is {found[0]}")
    return int(found[2])


def version_typed(thing: str, body: bytes) -> int:
    """The version of an answer of the typed API, checked field by field as far as that keeps them.

    Raises:
        WrongBody: It is not what upstream tells of this thing.
    """
    try:
        told = json.loads(body)
        listed = thing.endswith("/issues")
        sealed = told["items"][0]["body"] if listed else told["description"]
        found = _SEAL.match(sealed)
    except (ValueError, KeyError, IndexError, TypeError):
        raise WrongBody(f"{len(body)} bytes for {thing} are not its JSON") from None
    if found is None:
        raise WrongBody(f"no seal in the answer for {thing}")
    version = int(found[2])
    shape = _shape(thing, version)
    right = _matches_issues(told, shape) if listed else _matches_repository(told, shape)
    if not right:
        raise WrongBody(f"an answer for {thing} that upstream has not told; its seal is {found[0]}")
    return version


def _matches_issues(told: Any, shape: Any) -> bool:
    kept = ("number", "title", "state", "body", "comments", "html_url")
    return [[each[field] for field in kept] for each in told["items"]] == [
        [each[field] for field in kept] for each in shape
    ]


def _matches_repository(told: Any, shape: Any) -> bool:
    kept = ("name", "full_name", "description", "html_url", "topics", "archived")
    return (
        [told[field] for field in kept] == [shape[field] for field in kept]
        and told["owner"]["login"] == shape["owner"]["login"]
        and told["stars"] == shape["stargazers_count"]
    )


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _seal(thing: str, version: int) -> str:
    return f"{thing} v{version} {_digest(f'{thing} v{version}')}"


def _shape(thing: str, version: int) -> Any:
    """What upstream tells, decoded."""
    seal = _seal(thing, version)
    number = int(_digest(seal), 16)
    match thing.split("/"):
        case ["repos", owner, name]:
            return {
                "id": number % 10**9,
                "name": name,
                "full_name": f"{owner}/{name}",
                "owner": {"login": owner, "type": "Organization"},
                "private": False,
                "html_url": f"https://github.com/{owner}/{name}",
                "description": seal,
                "topics": [f"topic-{_digest(f'{seal} {each}')}" for each in range(number % 7)],
                "stargazers_count": number % 100_000,
                "archived": number % 2 == 0,
                "filler": _filler(seal, number),
            }
        case ["repos", owner, name, "issues"]:
            return [
                {
                    "number": each,
                    "title": f"{each} of {thing}",
                    "state": "open",
                    "body": f"{seal} {_filler(f'{seal} {each}', 9)}",
                    "comments": (number + each) % 50,
                    "html_url": f"https://github.com/{owner}/{name}/issues/{each}",
                    "user": {"login": owner},
                }
                for each in range(1, 3 + number % 12)
            ]
        case _:
            return {"path": thing, "seal": seal, "filler": _filler(seal, number)}


def _filler(seal: str, number: int) -> str:
    """Up to 8 KB that belong to this body alone, so that one that is cut or mixed cannot pass."""
    return " ".join(_digest(f"{seal} filler {each}") for each in range(number % 480))
