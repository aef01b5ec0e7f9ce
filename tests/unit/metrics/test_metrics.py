"""From records to the page."""

import random
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_text

from app import __version__
from app.metrics import families
from app.metrics.bounds import METHODS
from app.metrics.losses import Losses
from app.metrics.metrics import Metrics
from app.metrics.slot import Slot
from app.metrics.tally import MOST_CALLERS, MOST_NAMES, MOST_PAIRS, MOST_ROUTES
from tests.unit.metrics.records import asked, served

ROUTE = "/api/v1/users/<login>"


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def series(metrics: Metrics, name: str) -> list[dict[str, str]]:
    return [sample.labels for family in metrics.registry.collect() for sample in family.samples if sample.name == name]


def test_requests_are_counted_by_what_there_are_few_of() -> None:
    metrics = Metrics()
    metrics.read([served(), served(), served(status=404, code="not_found", outcome="miss", caller="bot")], [])
    metrics.read([served(method="HEAD", outcome="-", status=499)], [])
    assert value(metrics, "headgate_requests_total", route=ROUTE, method="GET", status_class="2xx", caller="ci") == 2
    assert value(metrics, "headgate_requests_total", route=ROUTE, method="GET", status_class="4xx", caller="bot") == 1
    assert value(metrics, "headgate_requests_total", route=ROUTE, method="HEAD", status_class="4xx", caller="ci") == 1
    assert value(metrics, "headgate_cache_outcomes_total", route=ROUTE, outcome="hit") == 2
    assert value(metrics, "headgate_cache_outcomes_total", route=ROUTE, outcome="miss") == 1
    assert value(metrics, "headgate_cache_outcomes_total", route=ROUTE, outcome="-") is None, "no upstream had a part"
    assert value(metrics, "headgate_problems_total", code="not_found") == 1
    assert value(metrics, "headgate_points_saved_total", caller="ci") == 3
    assert value(metrics, "headgate_sent_bytes_total", route=ROUTE) == 400


def test_a_histogram_counts_up_from_bucket_to_bucket() -> None:
    metrics = Metrics()
    metrics.read([served(seconds=seconds) for seconds in (0.001, 0.0011, 0.04, 31.0)], [])
    bucket = "headgate_request_seconds_bucket"
    assert value(metrics, bucket, route=ROUTE, le="0.001") == 1, "the bound belongs to its bucket"
    assert value(metrics, bucket, route=ROUTE, le="0.0025") == 2
    assert value(metrics, bucket, route=ROUTE, le="30.0") == 3
    assert value(metrics, bucket, route=ROUTE, le="+Inf") == 4
    assert value(metrics, "headgate_request_seconds_count", route=ROUTE) == 4
    assert value(metrics, "headgate_request_seconds_sum", route=ROUTE) == pytest.approx(31.0421)


def test_exchanges_are_counted_by_status_or_by_the_code_of_the_error() -> None:
    metrics = Metrics()
    metrics.read([], [asked(), asked(status=304, points=0), asked(status=None, code="upstream_timeout", seconds=10.0)])
    requests = "headgate_upstream_requests_total"
    assert value(metrics, requests, upstream="github", status="200", resource="core") == 1
    assert value(metrics, requests, upstream="github", status="304", resource="core") == 1
    assert value(metrics, requests, upstream="github", status="upstream_timeout", resource="core") == 1
    assert value(metrics, "headgate_upstream_points_total", upstream="github", resource="core") == 2
    assert value(metrics, "headgate_upstream_seconds_count", upstream="github") == 3


def test_whatever_callers_send_the_series_are_bounded() -> None:
    metrics, chance = Metrics(), random.Random(7)  # noqa: S311 -- garbage, the same each time

    def garbage(prefix: str) -> str:
        return prefix + "".join(chance.choices('ab"\\\n\x00é{}', k=6)) + str(chance.getrandbits(40))

    for _ in range(20):
        metrics.read(
            [
                served(
                    method=garbage("M"),
                    route=garbage("/r"),
                    caller=garbage("c"),
                    outcome=garbage("o"),
                    code=garbage("e"),
                    status=chance.randrange(-100, 1200),
                    seconds=chance.uniform(-1, 100),
                )
                for _ in range(500)
            ],
            [
                asked(
                    upstream=garbage("u"),
                    resource=garbage("q"),
                    status=chance.choice([None, 200, 9999, -1]),
                    code=garbage("e"),
                )
                for _ in range(500)
            ],
        )
    requests = series(metrics, "headgate_requests_total")
    assert len({labels["route"] for labels in requests}) <= MOST_ROUTES + 1
    assert len({labels["caller"] for labels in requests}) <= MOST_CALLERS + 1
    assert {labels["method"] for labels in requests} <= {*METHODS, "OTHER"}
    assert {labels["status_class"] for labels in requests} <= {"1xx", "2xx", "3xx", "4xx", "5xx", "other"}
    assert len({(labels["route"], labels["caller"]) for labels in requests}) <= MOST_PAIRS + 1
    counted = {family.name: 0 for family in metrics.registry.collect()}
    for family in metrics.registry.collect():
        counted[family.name] = len({tuple(sample.labels.items()) for sample in family.samples})
    assert sum(counted.values()) < 60_000
    total = sum(
        sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "headgate_requests_total"
    )
    assert total == 10_000, "nothing is lost, only told apart less"
    assert len({labels["code"] for labels in series(metrics, "headgate_problems_total")}) <= MOST_NAMES + 1
    assert list(plain_text(metrics.page("")[0].decode())), "it can still be read"


def test_a_process_that_counts_on_has_no_more_room_than_the_one_before(tmp_path: Path) -> None:
    for turn in range(3):
        begun = Metrics(tmp_path)
        begun.read([served(route=f"/{turn}/{n}", caller=f"{turn}-{n}", code=f"{turn}-{n}") for n in range(150)], [])
        assert isinstance(begun._values, Slot)
        begun._values.close()  # as its process's end does
    metrics = Metrics(tmp_path)
    assert len({labels["route"] for labels in series(metrics, "headgate_requests_total")}) <= MOST_ROUTES + 1
    assert len(series(metrics, "headgate_points_saved_total")) <= MOST_CALLERS + 1
    assert len(series(metrics, "headgate_problems_total")) <= MOST_NAMES + 1


def test_two_in_one_process_know_nothing_of_each_other() -> None:
    one, other = Metrics(), Metrics()
    one.read([served()], [])
    assert series(one, "headgate_requests_total")
    assert not series(other, "headgate_requests_total")


def test_every_family_is_on_the_page_from_the_beginning() -> None:
    page, media_type = Metrics().page("*/*")
    assert media_type.startswith("text/plain; version=0.0.4")
    helped = {line.split()[2] for line in page.decode().splitlines() if line.startswith("# TYPE")}
    assert helped == {family.name for family in families.FAMILIES}
    assert f'headgate_build_info{{version="{__version__}"}} 1.0' in page.decode()


def test_who_asks_for_openmetrics_gets_it() -> None:
    metrics = Metrics()
    metrics.read([served(), served(route='"\\\n')], [asked()])
    page, media_type = metrics.page("application/openmetrics-text; version=1.0.0, text/plain;q=0.5")
    assert media_type.startswith("application/openmetrics-text; version=1.0.0")
    assert page.decode().endswith("# EOF\n")
    names = {family.name for family in open_metrics(page.decode())}  # type: ignore[no-untyped-call]  # the library's
    assert {"headgate_requests", "headgate_request_seconds", "headgate_build_info"} <= names


def test_a_gauge_that_is_not_known_any_more_is_gone() -> None:
    metrics = Metrics()
    metrics.set(families.QUEUE_WAITING, 3, "github")
    assert value(metrics, "headgate_queue_waiting", upstream="github") == 3
    metrics.set(families.QUEUE_WAITING, None, "github")
    assert value(metrics, "headgate_queue_waiting", upstream="github") is None


def test_workers_that_were_lost_are_counted_where_the_others_see_it(tmp_path: Path) -> None:
    losses, worker = Losses(tmp_path), Metrics(tmp_path)
    losses.count("died")
    losses.count("died")
    losses.count("hung")
    assert value(worker, "headgate_workers_lost_total", reason="died") == 2
    assert value(worker, "headgate_workers_lost_total", reason="hung") == 1


def test_where_nothing_can_be_written_a_worker_counts_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics(tmp_path / "not there")
    metrics.read([served()], [])
    assert series(metrics, "headgate_requests_total")
    assert "metrics are those of each process alone" in caplog.text
