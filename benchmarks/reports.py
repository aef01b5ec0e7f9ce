"""What each part of `make bench` writes into docs/performance.md: measured, as Markdown, and drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from benchmarks import (
    coalescing,
    disk,
    hits,
    large,
    layers,
    life,
    memory,
    misses,
    operated,
    quota,
    rewriting,
    stages,
    whole_reports,
)
from benchmarks.changing_world import Load
from benchmarks.document import PLOTS, rates_table, table
from benchmarks.plots import draw_costs, draw_rates

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Options:
    """How a part is measured.

    Attributes:
        rounds: How many.
        seconds: How long each server is under load in each round.
        dry: Whether nothing is written.
    """

    rounds: int
    seconds: int
    dry: bool


def of_layers(options: Options) -> str:
    """The layers against the recipe."""
    found = ""
    for case in layers.measure(rounds=options.rounds, seconds=options.seconds):
        found += f"Over {case.upstream}:\n\n{rates_table(case.rates.values(), layers.RECIPE)}\n"
    return found + _told(options, layers.CONNECTIONS)


def of_stages(options: Options) -> str:
    """What retry, breaker and budget cost when all is well."""
    rows = [
        [cost.stage, f"{stages.median(cost):.1f}", f"{min(cost.microseconds):.1f} to {max(cost.microseconds):.1f}"]
        for cost in stages.measure(rounds=options.rounds)
    ]
    found = table(["", "µs of CPU time a request (median)", "in all rounds"], rows)
    return f"{found}\n{options.rounds} rounds of {stages.REQUESTS:,} requests, each less what no stage takes in the same round.\n"


def of_hits(options: Options) -> str:
    """Hits against constant bytes, and against who has no cache."""
    found = ""
    groups = {}
    for case in hits.measure(rounds=options.rounds, seconds=options.seconds):
        title = f"{_workers(case.workers)}, {case.keys}"
        groups[title] = list(case.rates.values())
        rows = []
        for rate in case.rates.values():
            bare = hits.BARE_SMALL if rate.name in {hits.BARE_SMALL, hits.HEADGATE_TYPED} else hits.BARE
            of_bare, of_recipe = rate.ratios(case.rates[bare]), rate.ratios(case.rates[hits.RECIPE])
            rows.append(
                [
                    rate.name,
                    f"{rate.median:,.0f}",
                    f"{rate.spread:.0%}",
                    f"{of_bare.median:.2f} ({min(of_bare.rounds):.2f} to {max(of_bare.rounds):.2f})",
                    f"{of_recipe.median:.1f}",
                ]
            )
        head = ["", "requests/s (median)", "spread", "of constant bytes of that size", "of the recipe"]
        found += f"{title}:\n\n{table(head, rows)}\n"
    if not options.dry:
        draw_rates(groups, PLOTS / "hits.svg")
    return f"![hits](performance/hits.svg)\n\n{found}{_told(options, hits.CONNECTIONS)}"


def of_misses(options: Options) -> str:
    """Misses and revalidations against a bare relay."""
    found = ""
    groups = {}
    told = {"miss": "a new key each time", "revalidate": "what is stored is validated each time"}
    for case in misses.measure(rounds=options.rounds, seconds=options.seconds):
        title = f"{_workers(case.workers)}, {told[case.what]}"
        groups[title] = list(case.rates.values())
        found += f"{title}:\n\n{rates_table(case.rates.values(), misses.RELAY)}\n"
    if not options.dry:
        draw_rates(groups, PLOTS / "misses.svg")
    return f"![misses](performance/misses.svg)\n\n{found}{_told(options, misses.CONNECTIONS)}"


def of_memory(_: Options) -> str:
    """What 10,000 entries take."""
    rows = []
    before = first = None
    for reading in memory.measure():
        grown = "" if before is None else f"{(reading.resident_bytes - before) / memory.ENTRIES:,.0f}"
        rows.append([reading.after, f"{reading.resident_bytes / MIB:,.0f} MiB", grown])
        before = reading.resident_bytes
        first = first or before
    return table(["after", "RSS of the worker", "more bytes for each"], rows)


def of_operated(options: Options) -> str:
    """What it costs a hit that the gateway is operated."""
    (case,) = operated.measure(rounds=options.rounds, seconds=options.seconds)
    against_bare = rates_table(case.rates.values(), operated.BARE)
    without = case.rates[operated.COUNTED]
    rows = [
        [name, f"{1 - ratios.median:.0%}", f"{1 - max(ratios.rounds):.0%} to {1 - min(ratios.rounds):.0%}"]
        for name, rates in case.rates.items()
        if name not in {operated.BARE, operated.COUNTED}
        for ratios in [rates.ratios(without)]
    ]
    cost = table(["", "cost of a hit (median)", "in all rounds"], rows)
    return f"{against_bare}\n{cost}\nOne worker, typed answers, one key of the cache. {_told(options, operated.CONNECTIONS)}"


def of_life(_: Options) -> str:
    """What callers notice of kills and reloads."""
    rows = []
    for what, told in (
        (f"a worker killed every {life.KILL_EVERY_SECONDS:g} s, {life.KILL_CONNECTIONS:,} connections", life.kills()),
        (f"SIGHUP every {life.RELOAD_EVERY_SECONDS:g} s, {life.RELOAD_CONNECTIONS} connections", life.reloads()),
    ):
        seconds = sorted(told.recovery_seconds)
        in_flight = f"{told.in_flight:,}" if told.in_flight else ""
        times = f"{median(seconds):.2f} ({seconds[0]:.2f} to {seconds[-1]:.2f})"
        rows.append([what, f"{told.requests:,}", str(told.events), f"{told.failed:,}", in_flight, times])
    head = ["", "requests", "kills or reloads", "failed", "connections of the killed", "seconds until all serve again"]
    return f"{table(head, rows)}\n{life.WORKERS} workers, hits, wrk on the same two cores."


def of_rewriting(options: Options) -> str:
    """What it costs that URLs lead to the mount."""
    found = ""
    for case in rewriting.measure(rounds=options.rounds, seconds=options.seconds):
        found += f"{case.what}:\n\n{rates_table(case.rates.values(), rewriting.OFF)}\n"
    rows = [
        [cost.body, f"{cost.median:,.0f}", f"{min(cost.microseconds):,.0f} to {max(cost.microseconds):,.0f}"]
        for cost in rewriting.costs(rounds=options.rounds)
    ]
    head = ["the rewriting of a body", "µs of CPU time (median)", "in all rounds"]
    return f"{found}{table(head, rows)}\nOne worker. {_told(options, rewriting.CONNECTIONS)}"


def of_large(_: Options) -> str:
    """What bodies of 1 GiB take."""
    rows = [
        [
            reading.case,
            f"{reading.seconds:.1f}",
            f"{reading.bytes_moved / MIB / reading.seconds:,.0f}",
            f"{reading.more_bytes / MIB:,.1f} MiB",
            str(reading.left),
        ]
        for reading in large.measure()
    ]
    return table(["", "seconds", "MiB/s", "more RSS of the worker, at its peak", "under way afterwards"], rows)


def of_disk(_: Options) -> str:
    """What 100,000 entries take, and a start that finds them."""
    rows = [
        [
            reading.after,
            f"{reading.start_seconds:.2f}" if reading.start_seconds else "",
            f"{reading.resident_bytes / MIB:,.0f} MiB",
            f"{reading.disk_bytes / MIB:,.0f} MiB",
            f"{reading.upstream_requests:,}",
        ]
        for reading in disk.measure()
    ]
    return table(["after", "seconds to the first answer", "RSS of the worker", "on disk", "upstream requests"], rows)


def of_coalescing(options: Options) -> str:
    """How many requests of many callers reach upstream."""
    cases = list(coalescing.measure(rounds=options.rounds))
    rows = [
        [f"{callers:,}", *(_most_common(case.upstream_requests) for case in group)]
        for callers, group in groupby(sorted(cases, key=lambda case: case.callers), key=lambda case: case.callers)
    ]
    numbers = sorted({case.workers for case in cases})
    head = ["callers at once", *(f"upstream requests, {_workers(number)}" for number in numbers)]
    return f"{table(head, rows)}\n{options.rounds} cold keys each, upstream takes {coalescing.UPSTREAM_SECONDS} s.\n"


def of_whole_reports(options: Options) -> str:
    """What a report takes, and that of an organization."""
    rows = [
        [
            one.what,
            whole_reports.spread(one.seconds),
            whole_reports.spread(one.ratios),
            _most_common(one.requests),
        ]
        for one in whole_reports.repositories(options.rounds)
    ]
    head = ["a repository's report", "seconds (median)", "of the slowest upstream call", "upstream requests"]
    found = table(head, rows)
    rows = [
        [
            one.what,
            f"{one.seconds:.1f}",
            f"{one.requests:,}",
            f"{one.points:,}",
            str(one.events),
            f"{one.resident_bytes / MIB:,.0f} MiB",
        ]
        for one in whole_reports.organization()
    ]
    many = f"an organization of {whole_reports.REPOSITORIES} repositories"
    head = [many, "seconds", "upstream requests", "points", "events told", "RSS of the worker"]
    slow = f"{whole_reports.FASTEST_SECONDS:g} to {whole_reports.SLOWEST_SECONDS:g}"
    return f"{found}\n{table(head, rows)}\n{options.rounds} repositories; upstream takes {slow} s for an answer, by its path.\n"


def of_quota(options: Options) -> str:
    """A day's points by policy."""
    load = Load()
    fewest, days = quota.measure(load)
    shares = quota.measure_shares()
    rows = [
        [
            day.policy,
            f"{day.points:,}",
            f"{day.points / fewest:.3f}",
            f"{day.most_points_an_hour:,}",
            f"{day.requests:,}",
            f"{day.requests / day.reads:.1%}",
            f"{day.stale:.2%}",
            *(f"{seconds:.1f}" for seconds in day.stale_seconds),
        ]
        for day in days
    ]
    head = [
        f"{days[0].reads:,} reads",
        "points",
        "of the fewest",
        "in the busiest hour",
        "upstream requests",
        "of the reads",
        "stale answers",
        "stale for: median (s)",
        "p99 (s)",
        "most (s)",
    ]
    if not options.dry:
        costs = {day.policy: (day.requests, day.points) for day in days}
        title = f"{days[0].reads:,} reads of {load.resources:,} resources in a day"
        draw_costs(title, costs, fewest, PLOTS / "quota.svg")
    changes = ", ".join(f"{share:.0%} every {_span(pause)}" for share, pause in load.changes)
    return (
        f"![quota](performance/quota.svg)\n\n{table(head, rows)}\n"
        f"The fewest points that always fresh answers can cost: {fewest:,} (one for each first read and for each change "
        f"that somebody saw). {load.reads_per_second:g} reads a second over {load.seconds / 3_600:g} hours, "
        f"{load.resources:,} resources by Zipf's law with exponent {load.exponent:g}; they change in the mean: {changes}. "
        f"GitHub takes {quota.LATENCY_SECONDS} s to answer and says `max-age=60`. Seed {load.seed}.\n\n"
        "How many reads of other loads reach upstream by the default policy (the more concentrated and the more there "
        "are, the fewer; shorter simulations):\n\n"
        f"{_shares_table(shares)}"
    )


def _shares_table(shares: list[quota.Share]) -> str:
    exponents = sorted({share.exponent for share in shares})
    rows = [
        [f"{rate:,g} a second", *(f"{share.forwarded:.1%}" for share in group)]
        for rate, group in groupby(sorted(shares), key=lambda share: share.reads_per_second)
    ]
    return table(["reads", *(f"Zipf's exponent {exponent:g}" for exponent in exponents)], rows)


def _span(seconds: float) -> str:
    for unit, length in (("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = round(seconds / length)
            return unit if count == 1 else f"{count} {unit}s"
    return f"{seconds:g} seconds"


def _workers(number: int) -> str:
    return "one worker" if number == 1 else f"{number} workers"


def _most_common(seen: Iterable[int]) -> str:
    """`1`, or what there was besides."""
    return " or ".join(str(each) for each in sorted(set(seen)))


def _told(options: Options, connections: int) -> str:
    return f"{options.rounds} rounds of {options.seconds} s, `wrk -t1 -c{connections}`."
