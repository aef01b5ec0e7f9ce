"""What must hold of whatever a hostile input got."""

from tests.hostile.inputs import CLOSED, Input
from tests.hostile.scene import MOUNT, PATIENCE_SECONDS, TYPED, Outcome

PATHS = (MOUNT, TYPED)


def complaints(one: Input, path: str, got: Outcome) -> list[str]:
    """What is otherwise than it must be; empty: nothing."""
    expected = one.mounted if path == MOUNT else one.typed
    found = []
    if got.status not in expected:
        found.append(f"it got {got.status}, and was to get {' or '.join(map(str, expected))}")
    if any(status == 500 for status in got.statuses):
        found.append("500")
    if len(got.statuses) > one.answers:
        found.append(f"there were {len(got.statuses)} answers: {got.statuses}")
    if not got.is_ended:
        found.append(f"the connection was still open after {PATIENCE_SECONDS:g} s")
    if any("hidden" in target for target in got.asked):
        found.append("the hidden request was made")
    may_ask = path == MOUNT and any(200 <= status < 300 for status in expected)
    if len(got.asked) > (1 if may_ask else 0):
        found.append(f"upstream was asked for {got.asked}")
    if got.next_status != 200:
        found.append(f"the next request got {got.next_status}")
    return found


def told(got: Outcome) -> str:
    """For the table."""
    if got.status == CLOSED:
        return "closed"
    return f"{got.status} `{got.code}`" if got.code else str(got.status)
