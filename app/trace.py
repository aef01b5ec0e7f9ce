"""W3C Trace Context: where a request stands in a trace (https://www.w3.org/TR/trace-context/, level 1).

Pure: whoever calls says where random bits come from. The ids are no secrets, only distinct, so a cheap generator does.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

RECORDED: Final = 0x01
"""The flag `sampled`: who asked may have recorded it (section 3.2.2.5.1). No other is known of, so that no other goes on."""

_TRACEPARENT: Final = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?!0{32})(?P<trace_id>[0-9a-f]{32})-(?!0{16})(?P<span_id>[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<rest>-.*)?",
    re.DOTALL,
)
# Section 3.3.1.3: a name, or a tenant's name at a system.
_MEMBER: Final = re.compile(
    r"(?P<key>[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
    r"=[ -+\--<>-~]{0,255}[!-+\--<>-~]"
)
_MEMBERS: Final = 32
_STATE_CHARACTERS: Final = 512
_LONG_MEMBER_CHARACTERS: Final = 128
_OWS: Final = " \t"


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where a request stands in a trace (W3C Trace Context).

    Attributes:
        trace_id: 32 hexadecimal digits.
        span_id: 16 of them: of the span that the gateway is.
        parent_id: The same of who asked; empty where the trace begins here.
        flags: 2 of them; `01`: it is recorded.
        state: The caller's `tracestate`, passed on as it is.
    """

    trace_id: str
    span_id: str
    parent_id: str = ""
    flags: str = "00"
    state: str = ""

    @property
    def is_recorded(self) -> bool:
        """Whether spans of it are kept."""
        return self.flags == "01"

    def child(self, randbits: Callable[[int], int]) -> "TraceContext":
        """Where something stands that is done for it."""
        return TraceContext(self.trace_id, _span_id(randbits), self.span_id, self.flags, self.state)


def trace_of(
    traceparent: Sequence[str],
    tracestate: Sequence[str],
    randbits: Callable[[int], int],
    *,
    recorded_share: float = 0.0,
) -> TraceContext:
    """Where a request stands. What it says and makes no sense counts as not said (section 4.3).

    Args:
        traceparent: The lines of the field. More than one make no sense.
        tracestate: The lines of the field, in their order; they count where `traceparent` does.
        randbits: `randbits(n)` is a number of n random bits (`random.getrandbits`).
        recorded_share: How many of the traces that begin here are recorded, of 1. Whether the caller's is, the caller has
            decided.
    """
    parent = _TRACEPARENT.fullmatch(traceparent[0].strip(_OWS)) if len(traceparent) == 1 else None
    if parent is None or (parent["version"] == "00" and parent["rest"] is not None):
        return _begun(randbits, recorded_share)
    flags = f"{int(parent['flags'], 16) & RECORDED:02x}"
    return TraceContext(parent["trace_id"], _span_id(randbits), parent["span_id"], flags, _state(tracestate))


def traceparent_of(trace: TraceContext) -> str:
    """What who is asked next is told."""
    return f"00-{trace.trace_id}-{trace.span_id}-{trace.flags}"


def _begun(randbits: Callable[[int], int], recorded_share: float) -> TraceContext:
    trace_id = randbits(128) or 1
    # Half of the bits, which are as good as any: who asks next with the same share decides alike.
    is_recorded = (trace_id & (2**64 - 1)) < recorded_share * 2**64
    return TraceContext(f"{trace_id:032x}", _span_id(randbits), flags="01" if is_recorded else "00")


def _span_id(randbits: Callable[[int], int]) -> str:
    return f"{randbits(64) or 1:016x}"


def _state(lines: Sequence[str]) -> str:
    """The list as one line; empty where it breaks its rules. One that is too long loses what section 3.3.1.5 says."""
    members = [member for line in lines for each in line.split(",") if (member := each.strip(_OWS))]
    matches = [_MEMBER.fullmatch(member) for member in members]
    keys = [match["key"] for match in matches if match is not None]
    if len(members) > _MEMBERS or len(set(keys)) < len(members):
        return ""
    too_long = _excess(members)
    for member in reversed(members) if too_long > 0 else ():
        if too_long > 0 and len(member) > _LONG_MEMBER_CHARACTERS:
            members.remove(member)
            too_long = _excess(members)
    while _excess(members) > 0:
        members.pop()
    return ",".join(members)


def _excess(members: Sequence[str]) -> int:
    return sum(map(len, members)) + len(members) - 1 - _STATE_CHARACTERS
