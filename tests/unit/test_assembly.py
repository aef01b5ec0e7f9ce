"""Every setting of an upstream reaches the constructor that it is meant for, and a token only its seal."""

import inspect
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.assembly import assemble, kept_share_of, serving, upstream_of_route
from app.call import Urgency
from app.clients.github import GitHubDialect
from app.clients.http import PlainDialect
from app.container import Container
from app.errors import NotConfigured
from app.identity import ANONYMOUS, Identity, SealedCredential
from app.journal.journal import Journal
from app.settings import Settings
from app.transport.budget.ledger import Ledger
from app.transport.budget.stage import Budget
from app.transport.caching.lookup import CacheLookup
from app.transport.caching.memory import MemoryStore
from app.transport.caching.queries import Queries
from app.transport.credentials import Credentials
from app.transport.dialect import Dialect
from app.transport.exchange import Request
from app.transport.observation import Observation
from app.transport.pipeline import Tracing
from app.transport.session import Connection
from app.transport.spending import Spending
from app.transport.upstream import Upstream, Upstreams
from app.transport.wire import WireLimits
from tests.gateway import NOWHERE, settings_of
from tests.unit.object_graph import held_by

TOKEN = "ghp_secret_of_this_test"


def assembled(**upstreams: dict[str, Any]) -> Upstreams:
    dialects: Any = Container.dialects()
    return assemble(settings_of(**upstreams), dialects, MemoryStore(1_000_000), Ledger(), Journal(), Tracing())


def one(**github: Any) -> Upstream:
    return assembled(github={"kind": "github", "base_url": NOWHERE, **github})["github"]


def only(kind: type, upstream: Upstream) -> Any:
    """What of this type the upstream's stages and session hold: one, however often."""
    found = {id(value): value for _, value in held_by(upstream) if isinstance(value, kind)}
    assert len(found) == 1, found
    return found.popitem()[1]


def test_an_upstream_is_what_the_settings_say_of_it() -> None:
    upstream = one(api_version="2030-01-01")
    assert (upstream.name, upstream.kind, upstream.base_url) == ("github", "github", NOWHERE)
    assert isinstance(upstream.dialect, GitHubDialect)
    assert upstream.dialect.request_headers()["X-GitHub-Api-Version"] == "2030-01-01"


def test_each_kind_has_its_dialect_and_every_kind_has_one() -> None:
    upstreams = assembled(
        plain={"kind": "http", "base_url": NOWHERE}, github={"kind": "github"}, face={"kind": "facebook"}
    )
    assert [type(upstream.dialect).__name__ for upstream in upstreams.values()] == [
        "PlainDialect",
        "GitHubDialect",
        "FacebookDialect",
    ]


def test_the_settings_of_a_connection_reach_it(tmp_path: Path) -> None:
    upstream = one(
        timeouts={"connect_seconds": 1.5, "read_seconds": 2.5},
        pool={"connections": 7, "keepalive_seconds": 8},
        proxy="http://user:word@proxy.example:3128",
        ca_file=str(tmp_path / "ca.pem"),
        user_agent="tools (ops@example.org)",
    )
    assert only(Connection, upstream) == Connection(
        user_agent="tools (ops@example.org)",
        connect_seconds=1.5,
        read_seconds=2.5,
        connections=7,
        keepalive_seconds=8,
        total_seconds=20,
        proxy="http://user:word@proxy.example:3128",
        ca_file=tmp_path / "ca.pem",
    )


def test_without_a_user_agent_we_say_who_we_are() -> None:
    assert only(Connection, one()).user_agent == f"headgate/{__version__}"


def test_the_limits_reach_the_wire() -> None:
    upstream = one(
        timeouts={"connect_seconds": 1, "read_seconds": 2, "total_seconds": 3},
        limits={"buffered_bytes": "1KiB", "decompressed_bytes": "2KiB"},
    )
    assert only(WireLimits, upstream) == WireLimits(
        connect_seconds=1, read_seconds=2, total_seconds=3, buffered_bytes=1_024, decompressed_bytes=2_048
    )


def test_what_telemetry_sees_is_what_the_status_tells() -> None:
    upstream = one()
    assert sum(value is upstream.health for _, value in held_by(upstream.transport)) == 1


class TestCredentials:
    def test_with_a_token_there_is_one_identity_with_the_fields_of_the_dialect(self) -> None:
        identity: Identity = only(Identity, one(token=TOKEN))
        assert identity.partition == "gateway:github"
        assert identity.credential is not None
        assert identity.credential.reveal() == {"Authorization": f"Bearer {TOKEN}"}

    def test_without_one_it_asks_anonymously_as_callers_without_one_do(self) -> None:
        assert only(Identity, one()) is ANONYMOUS

    def test_the_partition_survives_the_rotation_of_the_token(self) -> None:
        before, after = (only(Identity, one(token=token)).partition for token in ("first_token", "second_token"))
        assert before == after

    def test_the_token_is_nowhere_but_under_its_seal_in_the_one_identity(self) -> None:
        upstream = one(token=TOKEN)
        (holding,) = [path for path, value in held_by(upstream) if isinstance(value, str) and TOKEN in value]
        assert holding.endswith("._own.credential._fields['Authorization']")

    def test_few_stages_know_the_identity_and_one_of_them_opens_it(self) -> None:
        knowing = {type(value) for _, value in held_by(one(token=TOKEN)) if isinstance(of(value), Identity)}
        assert knowing == {
            CacheLookup,
            Queries,
            Spending,
            Budget,
            Observation,
            Credentials,
        }  # by its partition, all but the last
        opening = [kind for kind in knowing if "reveal" in inspect.getsource(inspect.getmodule(kind) or kind)]
        assert opening == [Credentials]

    def test_nothing_that_is_written_of_an_upstream_shows_it(self) -> None:
        upstream = one(token=TOKEN)
        shown = [path for path, value in held_by(upstream) if TOKEN in repr(value) and not is_revealed(value)]
        # What covers the token where upstream repeats it has to know what to look for.
        assert [path for path in shown if "_own_echo." not in path] == []

    def test_each_upstream_has_only_its_own(self) -> None:
        upstreams = assembled(
            github={"kind": "github", "token": "token_of_github"},
            ghes={"kind": "github", "base_url": NOWHERE, "token": "token_of_ghes"},
            plain={"kind": "http", "base_url": NOWHERE},
        )
        held = {
            name: {text for _, text in held_by(upstream) if isinstance(text, str) and "token_of" in text}
            for name, upstream in upstreams.items()
        }
        assert held == {"github": {"Bearer token_of_github"}, "ghes": {"Bearer token_of_ghes"}, "plain": set()}


def of(stage: Any) -> Any:
    return getattr(stage, "_own", None)


def is_revealed(value: Any) -> bool:
    """The fields under the seal, and the text in them: what only `reveal()` gives."""
    return isinstance(value, dict | str)


class TestServing:
    DIALECTS = {"http": lambda _: PlainDialect()}  # noqa: RUF012

    @staticmethod
    def serving(kind: str, settings: Settings) -> tuple[Upstream, Upstreams]:
        dialects: dict[str, Any] = Container.dialects()
        upstreams = assemble(settings, dialects, MemoryStore(1_000_000), Ledger(), Journal(), Tracing())
        return serving(settings, dialects, upstreams)[kind], upstreams

    def test_the_only_one_of_a_kind_serves_it(self) -> None:
        upstream, upstreams = self.serving(
            "github", settings_of(plain={"kind": "http", "base_url": NOWHERE}, hub={"kind": "github"})
        )
        assert upstream is upstreams["hub"]

    def test_among_several_the_settings_choose(self) -> None:
        several = {"one": {"kind": "github"}, "two": {"kind": "github"}}
        settings = Settings.model_validate({"api": {"github": "two"}, "upstreams": several})
        upstream, upstreams = self.serving("github", settings)
        assert upstream is upstreams["two"]

    async def test_where_there_is_none_each_request_is_refused(self) -> None:
        upstream, upstreams = self.serving("facebook", settings_of())
        assert upstream not in upstreams.values()
        dialect: Dialect = upstream.dialect
        assert isinstance(dialect, PlainDialect)
        with pytest.raises(NotConfigured, match="this gateway has no upstream of kind facebook"):
            await upstream.transport.send(Request("GET", "v23.0/acme"))


def test_a_sealed_credential_is_what_is_held() -> None:
    assert isinstance(only(SealedCredential, one(token=TOKEN)), SealedCredential)


@pytest.mark.parametrize(
    ("route", "upstream"),
    [
        ("/api/v1/repos/<owner>/<repo>", "hub"),
        ("/api/v1/compare", "hub"),
        ("/api/v1/pages/<page>", "books"),
        ("/github/*", "hub"),
        ("/github", "hub"),
        ("/githubs/*", None),
        ("/api/v3/*", "hub"),
        ("/things/*", "things"),
        ("/api/v1/upstreams", None),
        ("/assets/<path>", None),
        ("/", None),
        ("-", None),
    ],
)
def test_which_upstream_a_route_asks(route: str, upstream: str | None) -> None:
    settings = settings_of(
        hub={"kind": "github", "base_url": NOWHERE, "mount": "/github"},
        books={"kind": "facebook", "base_url": NOWHERE, "token": TOKEN},
        things={"kind": "http", "base_url": NOWHERE, "mount": "/things"},
    )

    assert upstream_of_route(settings)(route) == upstream


def test_what_is_kept_from_a_class_is_as_the_github_of_the_typed_api_has_it() -> None:
    budget = {"reserve": {"interactive_percent": 10, "normal_percent": 30}}
    kept = kept_share_of(settings_of(hub={"kind": "github", "base_url": NOWHERE, "budget": budget}))

    assert [kept(urgency) for urgency in Urgency] == [0.4, 0.1, 0.0]


def test_nothing_is_kept_where_there_is_no_github() -> None:
    kept = kept_share_of(settings_of(things={"kind": "http", "base_url": NOWHERE}))

    assert [kept(urgency) for urgency in Urgency] == [0.0, 0.0, 0.0]


def test_a_route_of_an_upstream_that_is_not_configured_asks_none() -> None:
    assert upstream_of_route(settings_of())("/api/v1/pages/<page>") is None
