"""The counts of the runs as tables, and the page of the documentation on which they stand."""

from collections import Counter
from typing import Final

from tests.chaos.oracle import ANSWERABLE, Reason
from tests.chaos.run import Outcome
from tests.marked import DOCS, Marked

PLACE: Final = Marked(DOCS / "chaos.md", "counts")


def report(outcomes: list[Outcome]) -> str:
    """Markdown: a column for each run."""
    head = ["", *(f"seed {outcome.seed}" for outcome in outcomes)]
    parts = [
        ("What must be zero", [_row(name, [o.counts[name] for o in outcomes]) for name in outcomes[0].counts]),
        ("What was answered", _answered(outcomes)),
        ("What was not answerable, and why", _unanswerable(outcomes)),
        ("How late, how long", _times(outcomes)),
        ("What happened", _happened(outcomes)),
    ]
    return "\n".join(f"### {title}\n\n{_table(head, rows)}" for title, rows in parts)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _row(name: str, values: list[int]) -> list[str]:
    return [name, *(f"{value:,}" for value in values)]


def _answered(outcomes: list[Outcome]) -> list[list[str]]:
    rows = [_row(reason.value, [_of(o, reason) for o in outcomes]) for reason in Reason if reason in ANSWERABLE]
    share = [f"{o.answered / max(1, o.answerable):.2%}" for o in outcomes]
    more = [sum(n for (reason, body), n in o.reasons.items() if body and reason not in ANSWERABLE) for o in outcomes]
    return [
        *rows,
        _row("answerable", [o.answerable for o in outcomes]),
        _row("of these answered with a body", [o.answered for o in outcomes]),
        ["**share** (at least 99 %)", *(f"**{each}**" for each in share)],
        _row("not answerable for the oracle, and yet answered with a body", more),
    ]


def _unanswerable(outcomes: list[Outcome]) -> list[list[str]]:
    others = [reason for reason in Reason if reason not in ANSWERABLE]
    return [_row(reason.value, [_of(o, reason) for o in outcomes]) for reason in others]


def _of(outcome: Outcome, reason: Reason) -> int:
    return outcome.reasons[reason, True] + outcome.reasons[reason, False]


def _times(outcomes: list[Outcome]) -> list[list[str]]:
    def ms(seconds: float) -> str:
        return f"{seconds * 1000:,.0f} ms"

    late = [sorted(o.lateness.seconds) for o in outcomes]
    over = [[each for each in seconds if each > 0] for seconds in late]
    took = [sorted(a.ended - a.began for a in o.answers if not a.hung_up) for o in outcomes]
    back = [o.recoveries.seconds or [0.0] for o in outcomes]
    return [
        _row("answers after their deadline at all", [len(each) for each in over]),
        ["by how much: median", *(ms(_quantile(each, 0.5)) for each in over)],
        ["by how much: p99", *(ms(_quantile(each, 0.99)) for each in over)],
        ["by how much: most", *(ms(_quantile(each, 1.0)) for each in over)],
        ["the driver's own lag: p99", *(ms(_quantile(o.lags, 0.99)) for o in outcomes)],
        ["the driver's own lag: most", *(ms(_quantile(o.lags, 1.0)) for o in outcomes)],
        _row("later than 250 ms for want of a CPU alone", [o.lateness.explained for o in outcomes]),
        ["an answer took: median", *(ms(_quantile(each, 0.5)) for each in took)],
        ["an answer took: p99", *(ms(_quantile(each, 0.99)) for each in took)],
        ["from upstream's return to a worker's first reply: median", *(ms(_quantile(sorted(s), 0.5)) for s in back)],
        ["from upstream's return to a worker's first reply: most", *(ms(max(s)) for s in back)],
    ]


def _happened(outcomes: list[Outcome]) -> list[list[str]]:
    statuses = [Counter(str(a.status) for a in o.answers if a.status is not None) for o in outcomes]
    rows = [
        _row("questions", [len(o.answers) for o in outcomes]),
        _row("under way at once: median", [sorted(a.beside for a in o.answers)[len(o.answers) // 2] for o in outcomes]),
        _row("under way at once: most", [max(a.beside for a in o.answers) for o in outcomes]),
        _row("callers who hung up", [sum(a.hung_up for a in o.answers) for o in outcomes]),
    ]
    seen = sorted({status for each in statuses for status in each})
    rows += [_row(f"answers with {status}", [each[status] for each in statuses]) for status in seen]
    faults = [sum(n for kind, n in o.faults.items() if kind != "HEALTHY") for o in outcomes]
    return [
        *rows,
        _row(
            "500s of upstream, relayed by a mount",
            [sum(a.relayed and a.status == 500 for a in o.answers) for o in outcomes],
        ),
        _row("questions that reached upstream", [o.arrivals for o in outcomes]),
        _row("of these met a fault", faults),
        _row("episodes of a whole upstream", [o.episodes for o in outcomes]),
        _row("outages with the calm after them", [o.recoveries.outages for o in outcomes]),
        _row("breakers that were open when an outage ended", [o.recoveries.opened for o in outcomes]),
        _row("of these closed by one probe", [o.recoveries.probes for o in outcomes]),
        ["share of the CPUs that all this took", *(f"{o.cpu_shares[0]:.0%}" for o in outcomes)],
        ["share that other programs took", *(f"{o.cpu_shares[1]:.0%}" for o in outcomes)],
        ["seconds", *(f"{o.seconds:.0f}" for o in outcomes)],
    ]


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
