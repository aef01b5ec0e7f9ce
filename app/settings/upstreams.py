"""The settings of one upstream. A new kind of upstream is one class here and one entry in `Upstream` below."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import Field

from app.settings.caching import GitHubCache, HttpCache, UpstreamCache
from app.settings.offering import Credential, Offer, Secret
from app.settings.section import Section
from app.settings.values import (
    BaseUrl,
    ByteCount,
    Connections,
    FilePath,
    HeaderText,
    Mount,
    Pause,
    Proxy,
    Rewrite,
    Seconds,
    Token,
    Word,
)
from app.settings.weather import Breaker, Budget, GitHubBudget, Retry


class Timeouts(Section):
    """How long upstream may take, in seconds."""

    connect_seconds: Seconds = Field(
        default=3, description="For a connection to be made, waiting for a place in the pool included."
    )
    read_seconds: Seconds = Field(default=10, description="Between two arrivals of bytes.")
    total_seconds: Seconds = Field(
        default=20,
        description="For a whole reply that is buffered (one that streams is bound by read_seconds alone), and for taking the "
        "next piece of a large body that is sent.",
    )


class Pool(Section):
    """The connections that are kept open to an upstream, in each worker."""

    connections: Connections = Field(default=100, description="How many at most, in each worker.")
    keepalive_seconds: Pause = Field(default=60, description="How long an idle connection is kept.")


class Limits(Section):
    """Protection against what is too large."""

    request_bytes: ByteCount | None = Field(
        default=None,
        description="The largest body of a request on its mount; null: any size, which is sent on while it arrives.",
    )

    buffered_bytes: ByteCount = Field(
        default=8 * 2**20, description="Up to which size a body, as it was sent, is held in memory."
    )
    decompressed_bytes: ByteCount = Field(
        default=64 * 2**20, description="Up to which size a compressed body may unfold."
    )


class UpstreamSettings(Section):
    """What every kind of upstream has."""

    typed_api: ClassVar[bool] = False
    """Whether /api/v1 has endpoints for this kind, so that `api` may name the upstream that serves them."""

    kind: str
    base_url: BaseUrl = Field(description="Where its API is. A missing slash at the end is added.")
    mount: Mount | None = Field(
        default=None, description="Under which path of the gateway its own API is offered; null: nowhere."
    )
    rewrite: Rewrite = Field(
        default="headers",
        description="Which URLs of its API in the mount's answers lead to the mount: in header fields and JSON (full), in "
        "header fields alone, or none (off).",
    )
    allow: tuple[Offer, ...] = Field(
        default=(),
        strict=False,  # YAML knows no tuples; what is in it stays strict
        description="What callers of the mount may ask for, as a list: `{methods: [GET], paths: ['repos/acme/**']}`; "
        "none: everything. What fits nothing in it is refused (403, or 405 where other methods would do), and upstream "
        "is not asked.",
    )
    token: Token | None = Field(
        default=None, description="The gateway's own credential there, sent as `Authorization: Bearer …`."
    )
    token_file: FilePath | None = Field(
        default=None, description="A file that holds the token (instead of token); read at start-up."
    )
    timeouts: Timeouts = Field(default_factory=Timeouts, description="How long it may take.")
    pool: Pool = Field(default_factory=Pool, description="The connections kept open to it.")
    proxy: Proxy | None = Field(
        default=None, description="An outgoing HTTP proxy, with user and password in the URL if it wants them."
    )
    ca_file: FilePath | None = Field(
        default=None, description="A PEM file with the private authority that signed its certificate."
    )
    retry: Retry = Field(default_factory=Retry, description="Asking again when it fails.")
    breaker: Breaker = Field(default_factory=Breaker, description="Leaving it alone when it fails too often.")
    budget: Budget = Field(default_factory=Budget, description="How much of it is used at once, and by whom.")
    cache: UpstreamCache = Field(default_factory=UpstreamCache, description="How long its answers may be used again.")
    limits: Limits = Field(default_factory=Limits, description="Protection against what is too large.")
    user_agent: HeaderText | None = Field(
        default=None, description="The User-Agent sent there; null: headgate and its version."
    )


class GitHubUpstream(UpstreamSettings):
    """GitHub, or a GitHub Enterprise Server (`base_url: https://ghe.example/api/v3/`)."""

    typed_api = True

    kind: Literal["github"] = Field(description="GitHub's REST API, with typed endpoints under /api/v1.")
    base_url: BaseUrl = Field(
        default="https://api.github.com/", description="Where its API is. A missing slash at the end is added."
    )
    rewrite: Rewrite = Field(
        default="full",
        description="Which URLs of its API in the mount's answers lead to the mount: in header fields and JSON (full), in "
        "header fields alone, or none (off).",
    )
    cache: GitHubCache = Field(default_factory=GitHubCache, description="How long its answers may be used again.")
    budget: GitHubBudget = Field(
        default_factory=GitHubBudget, description="How much of it is used at once, and by whom."
    )
    api_version: Word = Field(default="2022-11-28", description="The X-GitHub-Api-Version that is asked for.")


class FacebookUpstream(UpstreamSettings):
    """Facebook's Graph API."""

    typed_api = True

    kind: Literal["facebook"] = Field(description="Facebook's Graph API, with typed endpoints under /api/v1.")
    base_url: BaseUrl = Field(
        default="https://graph.facebook.com/v23.0/",
        description="Where its API is, its version included. A missing slash at the end is added.",
    )
    app_secret: Token | None = Field(
        default=None,
        description="The app's secret: what is asked with the token above is signed with it (`appsecret_proof`).",
    )
    app_secret_file: FilePath | None = Field(
        default=None, description="A file that holds the app's secret (instead of app_secret); read at start-up."
    )


class HttpUpstream(UpstreamSettings):
    """Any other HTTP API: passed through under its mount."""

    kind: Literal["http"] = Field(description="Any HTTP API, offered under its mount only.")
    token: Secret | None = Field(
        default=None, description="The gateway's own credential there, sent as `credential` says."
    )
    credential: Credential = Field(
        default_factory=Credential, description="How it takes a credential; by default as `Authorization: Bearer …`."
    )
    cache: HttpCache = Field(default_factory=HttpCache, description="How long its answers may be used again.")


Upstream = Annotated[GitHubUpstream | FacebookUpstream | HttpUpstream, Field(discriminator="kind")]


def upstream_kinds() -> Mapping[str, type[UpstreamSettings]]:
    """Every kind by its name, in the order of the union."""
    members: tuple[type[UpstreamSettings], ...] = get_args(get_args(Upstream)[0])
    return MappingProxyType({get_args(member.model_fields["kind"].annotation)[0]: member for member in members})


def typed_kinds() -> tuple[str, ...]:
    """The kinds that /api/v1 has endpoints for: what may stand under `api`."""
    return tuple(name for name, kind in upstream_kinds().items() if kind.typed_api)
