"""Where a secret might have got to."""

from collections.abc import Iterator

from tests.secrecy.scene import Scene

OF_THE_OPERATOR = frozenset({"x.yaml", "token", "identity.key"})
"""What whoever runs the gateway has written, with the secrets in it."""


def said(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """To callers, to whoever runs it, and in logs."""
    yield from scene.told
    yield "standard output", scene.command.output.encode()
    yield "the log", scene.command.log.encode()
    yield from (
        (f"spans ({number})", sent) for number, sent in enumerate(scene.upstream.seen) if b"/v1/traces" in sent[:200]
    )


def kept(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """In files, by their names and contents: the cache, the usage, what workers share, what they were told by."""
    for path in sorted(scene.directory.rglob("*")):
        if (
            path.name in OF_THE_OPERATOR
            or path.name.startswith("wrong")
            or path.is_relative_to(scene.directory / "run")
        ):
            continue
        yield f"the name of {path.name}", str(path.relative_to(scene.directory)).encode()
        if path.is_file():
            yield str(path.relative_to(scene.directory)), path.read_bytes()


def sent(scene: Scene) -> Iterator[tuple[str, bytes]]:
    """To upstreams."""
    yield from ((f"request {number} to upstream", request) for number, request in enumerate(scene.upstream.seen))
