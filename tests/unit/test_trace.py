"""W3C Trace Context, field by field. The examples are those of the recommendation and of its test suite."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trace import TraceContext, trace_of, traceparent_of

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GIVEN = f"00-{TRACE}-{PARENT}-01"


def bits(count: int) -> int:
    return random.Random(count).getrandbits(count)  # noqa: S311 -- the same each time


def read(*traceparent: str, state: tuple[str, ...] = ()) -> TraceContext:
    return trace_of(traceparent, state, bits)


def begins_here(trace: TraceContext) -> bool:
    return trace.parent_id == "" and trace.trace_id != TRACE


def test_a_callers_trace_goes_on() -> None:
    trace = read(GIVEN, state=("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",))

    assert (trace.trace_id, trace.parent_id, trace.flags) == (TRACE, PARENT, "01")
    assert trace.span_id == f"{bits(64):016x}"
    assert trace.state == "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"
    assert traceparent_of(trace) == f"00-{TRACE}-{trace.span_id}-01"


def test_without_one_a_trace_begins() -> None:
    trace = trace_of([], ["a=1"], bits)

    assert begins_here(trace)
    assert (trace.flags, trace.state) == ("00", "")


@pytest.mark.parametrize(
    "traceparent",
    [
        f"cc-{TRACE}-{PARENT}-01",
        f"cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like",
        f"cc-{TRACE}-{PARENT}-01-",
        f"fe-{TRACE}-{PARENT}-03",
        f" \t{GIVEN} ",
    ],
)
def test_what_counts(traceparent: str) -> None:
    trace = read(traceparent)
    assert (trace.trace_id, trace.parent_id, trace.flags) == (TRACE, PARENT, "01")


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-",
        f"00-{TRACE}-{PARENT}-01.",
        f"cc-{TRACE}-{PARENT}-01.what-the-future-will-not-be-like",
        f"cc-{TRACE}-{PARENT}-0",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{TRACE}-{PARENT.upper()}-01",
        f"00-{TRACE[1:]}-{PARENT}-01",
        f"00-{TRACE}0-{PARENT}-01",
        f"00-{TRACE}-{PARENT[1:]}-01",
        f"00-{TRACE}-{PARENT}0-01",
        f"00-{TRACE}-{PARENT}-1",
        f"00-{TRACE}-{PARENT}-001",
        f"00-{TRACE}-{PARENT}-.0",
        f"0-{TRACE}-{PARENT}-01",
        f"000-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}",
        f"{GIVEN}\n",
        f"{GIVEN},{GIVEN}",
        GIVEN.replace("0af7", "0\u0661f7"),
    ],
)
def test_what_counts_as_not_said(traceparent: str) -> None:
    assert begins_here(read(traceparent, state=("a=1",)))


def test_two_say_nothing() -> None:
    assert begins_here(read(GIVEN, GIVEN))


@pytest.mark.parametrize(("flags", "told"), [("00", "00"), ("01", "01"), ("02", "00"), ("ff", "01"), ("fe", "00")])
def test_of_the_flags_only_the_known_one_goes_on(flags: str, told: str) -> None:
    assert read(f"00-{TRACE}-{PARENT}-{flags}").flags == told


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((), ""),
        (("",), ""),
        (("foo=1", "bar=2"), "foo=1,bar=2"),
        (("foo=1 \t, \tbar=2",), "foo=1,bar=2"),
        (("foo=1,,bar=2,",), "foo=1,bar=2"),
        (("foo@vendor=1",), "foo@vendor=1"),
        (("0foo@v-e_n*d/r=1",), "0foo@v-e_n*d/r=1"),
        (("foo= a b",), "foo= a b"),
        ((f"{'z' * 241}@{'v' * 14}=1",), f"{'z' * 241}@{'v' * 14}=1"),
        ((f"{'z' * 256}=1",), f"{'z' * 256}=1"),
        ((f"foo={'~' * 256}",), f"foo={'~' * 256}"),
        # What breaks the rules, breaks the whole.
        (("foo=1,foo=2",), ""),
        (("foo =1",), ""),
        (("FOO=1",), ""),
        (("foo.bar=1",), ""),
        (("0foo=1",), ""),
        (("@foo=1",), ""),
        (("foo@=1",), ""),
        (("foo@@bar=1",), ""),
        (("foo=bar=baz",), ""),
        (("foo=",), ""),
        (("foo",), ""),
        (("foo=\u00e9",), ""),
        (("foo=a\nb",), ""),
        ((f"{'z' * 257}=1",), ""),
        ((f"{'t' * 242}@v=1",), ""),
        ((f"t@{'v' * 15}=1",), ""),
        ((f"foo={'~' * 257}",), ""),
        ((",".join(f"a{number}=1" for number in range(33)),), ""),
    ],
)
def test_tracestate(lines: tuple[str, ...], told: str) -> None:
    assert read(GIVEN, state=lines).state == told


def test_thirty_two_members_are_as_many_as_there_may_be() -> None:
    state = ",".join(f"a{number}=1" for number in range(32))
    assert read(GIVEN, state=(state,)).state == state


def test_one_that_is_too_long_loses_its_long_members_first_and_then_its_last() -> None:
    short = [f"s{number}={'1' * 90}" for number in range(5)]
    long = f"long={'x' * 150}"

    assert read(GIVEN, state=(",".join([long, *short]),)).state == ",".join(short)
    assert read(GIVEN, state=(",".join([*short, "more=1" + "2" * 90]),)).state == ",".join(short)


def test_of_those_that_begin_here_a_share_is_recorded() -> None:
    generator = random.Random(7)  # noqa: S311 -- the same each time

    def recorded(share: float) -> int:
        return sum(trace_of([], [], generator.getrandbits, recorded_share=share).is_recorded for _ in range(1_000))

    assert recorded(0.0) == 0
    assert recorded(1.0) == 1_000
    assert 200 < recorded(0.25) < 300


def test_whether_the_callers_is_recorded_the_caller_says() -> None:
    said = GIVEN.removesuffix("1") + "0"
    assert not trace_of([said], [], bits, recorded_share=1.0).is_recorded


def test_ids_of_zeros_are_none() -> None:
    trace = trace_of([], [], lambda _: 0)
    assert int(trace.trace_id, 16) > 0
    assert int(trace.span_id, 16) > 0


def test_a_child_is_of_the_same_trace() -> None:
    trace = read(GIVEN, state=("a=1",))
    child = trace.child(lambda _: 5)
    assert child == TraceContext(TRACE, "0000000000000005", trace.span_id, "01", "a=1")


@given(st.lists(st.text() | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.*"), max_size=2),
       st.lists(st.text() | st.from_regex(r"([a-z0-9@*/_-]{1,9}=[ -~]{0,200},?){0,40}"), max_size=3))  # fmt: skip
def test_whatever_is_said_what_goes_on_is_in_form(traceparent: list[str], tracestate: list[str]) -> None:
    trace = trace_of(traceparent, tracestate, random.getrandbits)

    told = traceparent_of(trace)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", told)
    assert len(trace.state) <= 512
    assert trace.state.isascii()
    again = trace_of([told], [trace.state], random.getrandbits)
    assert (again.trace_id, again.parent_id) == (trace.trace_id, trace.span_id)
    assert (again.flags, again.state) == (trace.flags, trace.state)
