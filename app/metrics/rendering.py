"""From the numbers of all processes to what Prometheus reads. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from math import isnan

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from app.metrics.families import BY_NAME, FAMILIES
from app.metrics.family import SUM, Family, Key, Kind
from app.metrics.values import Numbers

INFINITE = "+Inf"


def bound_text(family: Family, spot: int) -> str:
    """The upper bound of a bucket, as a key has it."""
    return INFINITE if spot >= len(family.buckets) else str(family.buckets[spot])


def merged(processes: Iterable[Numbers]) -> Mapping[Key, float]:
    """One number for each key that is known."""
    found: dict[Key, float] = {}
    for process in processes:
        for key, value in process.by_key.items():
            family = BY_NAME.get(key[0])
            if family is None or isnan(value) or not (process.lives or family.kind.grows):
                continue
            before = found.get(key)
            if before is None:
                found[key] = value
            elif family.kind is Kind.MAX:
                found[key] = max(before, value)
            elif family.kind is Kind.MIN:
                found[key] = min(before, value)
            else:
                found[key] = before + value
    return found


def metrics_of(numbers: Mapping[Key, float]) -> Iterator[Metric]:
    """Every family, with the series that it has."""
    by_family: dict[str, dict[Key, float]] = defaultdict(dict)
    for (name, *rest), value in numbers.items():
        by_family[name][tuple(rest)] = value
    for family in FAMILIES:
        yield _metric(family, by_family[family.name])


def _metric(family: Family, series: Mapping[Key, float]) -> Metric:
    if family.kind is Kind.HISTOGRAM:
        return _histogram(family, series)
    make = CounterMetricFamily if family.kind is Kind.COUNTER else GaugeMetricFamily
    metric = make(family.name, family.help, labels=family.labels)
    for labels, value in sorted(series.items()):
        metric.add_metric(labels, value)
    return metric


def _histogram(family: Family, series: Mapping[Key, float]) -> Metric:
    metric = HistogramMetricFamily(family.name, family.help, labels=family.labels)
    bounds = [bound_text(family, spot) for spot in range(len(family.buckets) + 1)]
    for labels in sorted({key[:-1] for key in series}):
        buckets, so_far = [], 0.0
        for bound in bounds:
            so_far += series.get((*labels, bound), 0.0)
            buckets.append((bound, so_far))
        metric.add_metric(labels, buckets, series.get((*labels, SUM), 0.0))
    return metric
