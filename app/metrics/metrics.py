"""What one worker counts, and the page that shows what all of them have counted."""

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder

from app import __version__
from app.errors import HeadgateError
from app.journal.records import Asked, Served
from app.metrics import families
from app.metrics.family import Family, Key
from app.metrics.rendering import merged, metrics_of
from app.metrics.tally import Tally, observed
from app.metrics.values import GONE, Values
from app.metrics.writing import values_in


class Metrics:
    """One process's. It is a `Reader` of the journal; gauges are set by who looks at them (`looking.py`).

    Attributes:
        registry: Of these metrics alone.
    """

    def __init__(self, directory: Path | None = None) -> None:
        """Alone, unless `directory` is that of all processes that count together (`metrics_directory`)."""
        self._values = values_in(directory)
        self._values.add(families.PROBLEMS.key(HeadgateError.code), 0)  # its alert needs a number before the first one
        self._tally = Tally(self._values.own())
        self.registry = CollectorRegistry()
        self.registry.register(_Collector(self._values))
        self.set(families.BUILD, 1, __version__)
        self.set(families.START_TIME, time.time())

    def read(self, served: Sequence[Served], asked: Sequence[Asked]) -> None:
        """Counts what has ended."""
        self._add(self._tally.of_served(served))
        self._add(self._tally.of_asked(asked))

    def add(self, family: Family, amount: float, *labels: str) -> None:
        """To a counter; what is not above 0 changes nothing."""
        if amount > 0:
            self._values.add(family.key(*labels), amount)

    def observe(self, family: Family, values: Iterable[float], *labels: str) -> None:
        """In a histogram."""
        self._add(observed(family, values, *labels))

    def set(self, family: Family, value: float | None, *labels: str) -> None:
        """A gauge; None: it is not known any more."""
        self._values.set(family.key(*labels), GONE if value is None else value)

    def page(self, accept: str) -> tuple[bytes, str]:
        """What a scraper gets, and its media type: OpenMetrics where `accept` (the field) asks for it, else Prometheus's
        text (https://prometheus.io/docs/instrumenting/exposition_formats/). Any thread may ask for it.
        """
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type

    def _add(self, sums: Mapping[Key, float]) -> None:
        for key, amount in sums.items():
            self._values.add(key, amount)


class _Collector:
    def __init__(self, values: Values) -> None:
        self._values = values

    def collect(self) -> Iterable[Metric]:
        return metrics_of(merged(self._values.all()))

    def describe(self) -> Iterable[Metric]:
        return metrics_of({})
