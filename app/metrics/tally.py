"""From records to numbers: a batch is counted first, and then added number by number. Pure."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.journal.records import Asked, Served
from app.metrics import families
from app.metrics.bounds import Known, method, names, status_class
from app.metrics.family import OTHER, SUM, Family, Key
from app.metrics.rendering import bound_text

MOST_ROUTES: Final = 200
MOST_CALLERS: Final = 200
MOST_NAMES: Final = 100
"""Of upstreams, of resources, of codes: the configuration, dialects and the code name them, and they are few."""
MOST_PAIRS: Final = 1_000
"""Of a route and a caller: each has as many series as it has methods and classes of statuses."""

_NOTHING: Final = "-"


class Tally:
    """Counts records. Remembers which labels there were, and nothing else."""

    def __init__(self, known: Iterable[Key] = ()) -> None:
        """`known`: numbers that are there already."""
        self._routes = names(MOST_ROUTES)
        self._callers = names(MOST_CALLERS)
        self._upstreams = names(MOST_NAMES)
        self._resources = names(MOST_NAMES)
        self._codes = names(MOST_NAMES)
        self._outcomes = names(MOST_NAMES)
        self._requests: Known[tuple[str, str]] = Known(MOST_PAIRS, (OTHER, OTHER))
        self._remember(known)

    def of_served(self, records: Sequence[Served]) -> Mapping[Key, float]:
        """What they add."""
        requests: dict[tuple[str, str, int, str, str, str], int] = defaultdict(int)
        spots: dict[tuple[str, int], int] = defaultdict(int)
        seconds: dict[str, float] = defaultdict(float)
        sent_bytes: dict[str, int] = defaultdict(int)
        saved: dict[str, int] = defaultdict(int)
        bounds = families.REQUEST_SECONDS.buckets
        for record in records:
            route = record.route
            requests[route, record.method, record.status, record.caller, record.outcome, record.code] += 1
            spots[route, bisect_left(bounds, record.seconds)] += 1
            seconds[route] += record.seconds
            sent_bytes[route] += record.sent_bytes
            saved[record.caller] += record.saved
        sums: dict[Key, float] = defaultdict(float)
        for (route, verb, status, caller, outcome, code), count in requests.items():
            place = self._routes.of(route)
            who = self._requests.of((place, self._callers.of(caller)))
            sums[families.REQUESTS.key(who[0], method(verb), status_class(status), who[1])] += count
            if outcome != _NOTHING:
                sums[families.CACHE_OUTCOMES.key(place, self._outcomes.of(outcome))] += count
            if code:
                sums[families.PROBLEMS.key(self._codes.of(code))] += count
        for (route, spot), count in spots.items():
            sums[_bucket(families.REQUEST_SECONDS, spot, self._routes.of(route))] += count
        for route, total in seconds.items():
            sums[families.REQUEST_SECONDS.key(self._routes.of(route), SUM)] += total
        for route, size in sent_bytes.items():
            sums[families.SENT_BYTES.key(self._routes.of(route))] += size
        for caller, points in saved.items():
            if points:
                sums[families.POINTS_SAVED.key(self._callers.of(caller))] += points
        return sums

    def of_asked(self, records: Sequence[Asked]) -> Mapping[Key, float]:
        """What they add."""
        requests: dict[tuple[str, int | None, str, str], int] = defaultdict(int)
        points: dict[tuple[str, str], int] = defaultdict(int)
        spots: dict[tuple[str, int], int] = defaultdict(int)
        seconds: dict[str, float] = defaultdict(float)
        bounds = families.UPSTREAM_SECONDS.buckets
        for record in records:
            upstream = record.upstream
            requests[upstream, record.status, record.code, record.resource] += 1
            points[upstream, record.resource] += record.points
            spots[upstream, bisect_left(bounds, record.seconds)] += 1
            seconds[upstream] += record.seconds
        sums: dict[Key, float] = defaultdict(float)
        for (upstream, status, code, resource), count in requests.items():
            name, what = self._upstreams.of(upstream), self._resources.of(resource)
            sums[families.UPSTREAM_REQUESTS.key(name, self._said(status, code), what)] += count
        for (upstream, resource), spent in points.items():
            if spent:
                name, what = self._upstreams.of(upstream), self._resources.of(resource)
                sums[families.UPSTREAM_POINTS.key(name, what)] += spent
        for (upstream, spot), count in spots.items():
            sums[_bucket(families.UPSTREAM_SECONDS, spot, self._upstreams.of(upstream))] += count
        for upstream, total in seconds.items():
            sums[families.UPSTREAM_SECONDS.key(self._upstreams.of(upstream), SUM)] += total
        return sums

    def _said(self, status: int | None, code: str) -> str:
        if status is None or code:
            return self._codes.of(code or OTHER)
        return str(status) if 100 <= status <= 599 else OTHER

    def _remember(self, known: Iterable[Key]) -> None:
        """A process that counts on where another stopped has no more room than that had."""
        for name, *labels in known:
            match name:
                case families.REQUESTS.name:
                    route, _, _, caller = labels
                    self._requests.remember([(route, caller)])
                    self._callers.remember([caller])
                case families.REQUEST_SECONDS.name:
                    self._routes.remember(labels[:1])
                case families.POINTS_SAVED.name:
                    self._callers.remember(labels)
                case families.PROBLEMS.name:
                    self._codes.remember(labels)


def observed(family: Family, values: Iterable[float], *labels: str) -> Mapping[Key, float]:
    """What they add to a histogram."""
    sums: dict[Key, float] = defaultdict(float)
    for value in values:
        sums[_bucket(family, bisect_left(family.buckets, value), *labels)] += 1
        sums[family.key(*labels, SUM)] += value
    return sums


def _bucket(family: Family, spot: int, *labels: str) -> Key:
    return family.key(*labels, bound_text(family, spot))
