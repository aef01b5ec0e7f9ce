"""The whole configuration as frozen models. docs/settings.md and config/headgate.schema.json are made from them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from app.settings.caching import Cache
from app.settings.callers import Callers
from app.settings.listening import RequestLimits, Tls
from app.settings.reports import Reports
from app.settings.section import Section
from app.settings.sight import Logs, Metrics, Tracing, Usage
from app.settings.upstreams import Upstream, typed_kinds
from app.settings.values import (
    ByteCount,
    CallerClass,
    Expected,
    FilePath,
    Flag,
    HangSeconds,
    Host,
    HostNames,
    Origins,
    Pause,
    Port,
    ProxyNetworks,
    PublicUrl,
    Seconds,
    UpstreamName,
    WorkerCount,
)


def api_description(kind: str) -> str:
    return f"Which upstream of kind {kind} serves /api/v1; null: the only one there is."


def _describe_api(schema: dict[str, Any]) -> None:
    # The models take any name under `api`, because the kinds are registered in one place only; editors get the names.
    schema["properties"] = {
        kind: {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "description": api_description(kind)}
        for kind in typed_kinds()
    }
    schema["additionalProperties"] = False


class Server(Section):
    """Where and how the gateway listens."""

    host: Host = Field(default="127.0.0.1", description="The address to listen on.")
    port: Port = Field(default=8000, description="The TCP port to listen on.")
    workers: WorkerCount = Field(default=1, description="How many worker processes serve.")
    public_url: PublicUrl | None = Field(
        default=None, description="How callers address the gateway from outside; null: as each request says."
    )
    trusted_proxies: ProxyNetworks = Field(
        default=(),
        description="The proxies in front of the gateway whose Forwarded or X-Forwarded-Proto, -Host, -Port and -Prefix "
        "say how a caller addresses it. Each must set these fields or take them out.",
    )
    deadline_seconds: Seconds = Field(
        default=30, description="The longest that a request may take as a whole; its `X-Request-Timeout` may say less."
    )
    caller_class: CallerClass = Field(
        default="normal", description="The class of callers whose requests say nothing by `X-Request-Class`."
    )
    graceful_shutdown_seconds: Seconds = Field(
        default=15, description="How long requests in flight may go on after the gateway is told to stop."
    )
    drain_seconds: Pause = Field(
        default=0, description="How long /health/ready answers 503 while everything is still served, before stopping."
    )
    max_request_bytes: ByteCount = Field(
        default=2**20,
        description="The largest body of a request that is held in memory. The gateway's own API accepts none that is "
        "larger; on a mount it is sent on while it arrives.",
    )
    hang_seconds: HangSeconds = Field(
        default=10, description="A worker whose event loop has not turned for so long is killed and replaced."
    )
    pid_file: FilePath | None = Field(
        default=None,
        description="Where the main process writes its pid, for `headgate reload`; null: in a directory of its user alone "
        "(below XDG_RUNTIME_DIR, else that for temporary files), by the name of the configuration file.",
    )
    hosts: HostNames = Field(
        default=(),
        description="The names by which callers may address the gateway (`Host`), besides localhost, any IP address and "
        "public_url's; `*.example.com` for all below one, `*` for any.",
    )
    cors_origins: Origins = Field(
        default=(),
        description="The origins whose pages may read answers in a browser, such as https://dash.example; none: no page of "
        "another origin.",
    )
    tls: Tls = Field(default_factory=Tls, description="TLS for callers.")
    limits: RequestLimits = Field(default_factory=RequestLimits, description="What of a request is too much.")
    access_log: Flag = Field(default=True, description="Whether each request is logged.")


class Identity(Section):
    """How callers' credentials are told apart without being kept."""

    key_file: FilePath = Field(
        default=Path("var/identity.key"),
        description="The file of the key that hashes them: its owner's alone (mode 0600), outside of cache.path, made at "
        "the first start. With another key, what was kept for callers is never found again. With `store: memory`, each "
        "start has a key of its own.",
    )


class Settings(Section):
    """The configuration of one gateway."""

    server: Server = Field(default_factory=Server, description="Where and how the gateway listens.")
    cache: Cache = Field(default_factory=Cache, description="Where answers are kept.")
    identity: Identity = Field(
        default_factory=Identity, description="How callers' credentials are told apart without being kept."
    )
    api: Mapping[str, Annotated[str | None, Expected("the name of an upstream")]] = Field(
        default_factory=dict,
        description="Which upstream of each kind serves /api/v1; may be left out while there is one.",
        json_schema_extra=_describe_api,
    )
    callers: Callers = Field(default_factory=Callers, description="Who may ask, for what, and how often.")
    logs: Logs = Field(default_factory=Logs, description="How log lines look.")
    metrics: Metrics = Field(default_factory=Metrics, description="Who may read /metrics.")
    tracing: Tracing = Field(default_factory=Tracing, description="W3C trace context, and spans.")
    usage: Usage = Field(default_factory=Usage, description="Who spent the quota, and what was saved.")
    reports: Reports = Field(
        default_factory=Reports, description="How answers that are made of many are asked together."
    )
    upstreams: Mapping[UpstreamName, Upstream] = Field(
        min_length=1,
        description="The APIs behind the gateway, each under a name of your choice.",
        json_schema_extra={"additionalProperties": False},
    )

    def serving(self, kind: str) -> str | None:
        """The name of the upstream that serves /api/v1 for `kind`: the one named under `api`, or the only one.

        None where there is no upstream of that kind (or several and none is named, which loading refuses).
        """
        if (named := self.api.get(kind)) is not None:
            return named
        names = [name for name, upstream in self.upstreams.items() if upstream.kind == kind]
        return names[0] if len(names) == 1 else None
