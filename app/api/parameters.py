"""Parts of paths. Their patterns are GitHub's; whatever else is written there is refused by name.

The examples exist in the stand-ins of `headgate demo`, so that the lines of /docs can be tried.
"""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

NAMELESS = frozenset({"", ".", ".."})


def _no_dots_alone(value: str) -> str:
    if value in NAMELESS:
        raise ValueError("'.' and '..' name nothing")
    return value


def _names_itself(value: str) -> str:
    if value in NAMELESS or any(segment in NAMELESS for segment in value.split("/")):
        raise ValueError("no part of it may be empty, '.' or '..'")
    return value


Owner = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$"),
    Field(description="The login of a user or organization.", examples=["acme"]),
]
Repo = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$"),
    AfterValidator(_no_dots_alone),
    Field(description="The name of a repository.", examples=["rocket"]),
]
Login = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})(?:\[bot\])?$"),
    Field(description="The login of a user.", examples=["mira-okafor"]),
]
Ref = Annotated[
    str,
    StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x20\x7f~^:?*\\\[]+$"),
    AfterValidator(_names_itself),
    Field(description="A commit's SHA, or the name of a branch or tag (git check-ref-format).", examples=["main"]),
]
ContentPath = Annotated[
    str,
    StringConstraints(max_length=4096, pattern=r"^[^\x00-\x1f\x7f]*$"),
    AfterValidator(lambda path: _names_itself(path) if path else path),
    Field(
        description="The path of a file or directory.",
        examples=["docs/guide.md"],
        json_schema_extra={"pattern": r"^(?!\.{0,2}(?:/|$))(?!.*/\.{0,2}(?:/|$))[^\x00-\x1f\x7f]*$"},
    ),
]
Number = Annotated[int, Field(ge=1, le=2**53, description="The number of an issue or pull request.", examples=[5])]
PageName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$"),
    AfterValidator(_names_itself),
    Field(description="The id or the name of a Facebook page.", examples=["acmerockets"]),
]
UpstreamName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$"),
    Field(description="The upstream's name in the configuration.", examples=["github"]),
]
