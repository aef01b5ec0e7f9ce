"""What must hold of wherever a hostile request went."""

from tests.ssrf.hostile import BASE_PATH, Hostile
from tests.ssrf.readers import readings
from tests.ssrf.scene import SECRET, Outcome, Scene

OURS = (200, 204)
"""What the gateway answers with a page of its own, or with what it allows."""


def complaints(scene: Scene, hostile: Hostile, outcome: Outcome) -> list[str]:
    """What is otherwise than it must be; empty: nothing."""
    found = []
    if outcome.evil_connections:
        found.append(f"somebody else was connected to {outcome.evil_connections} times")
    if not outcome.seen and not (400 <= outcome.status <= 501 or outcome.status == hostile.goes in OURS):
        found.append(f"nobody was asked, and the caller was told {outcome.status}")
    if len(outcome.seen) > 1:
        found.append(f"upstream was asked {len(outcome.seen)} times")
    if outcome.went != (scene.filled(hostile.goes) if isinstance(hostile.goes, str) else hostile.goes):
        found.append(f"it went to {outcome.went!r}, and was to go to {hostile.goes!r}")
    for seen in outcome.seen:
        if not seen.target.startswith(BASE_PATH):
            found.append(f"upstream was asked for {seen.target}, which is not below {BASE_PATH}")
        found += [
            f"the reader {name} finds {place}, which is not below {BASE_PATH}"
            for name, place in readings(seen.target)
            if not place.startswith(BASE_PATH)
        ]
        if seen.headers.getall("Host") != [scene.upstream_authority]:
            found.append(f"upstream was called {seen.headers.getall('Host')}")
        fields = seen.head.partition(b"\r\n")[2].decode("latin-1")
        if scene.evil in fields:
            found.append("a field that upstream saw names somebody else")
    if SECRET in outcome.answer:
        found.append("the gateway's credential was shown")
    return found
