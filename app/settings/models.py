"""The whole configuration as frozen models. docs/settings.md and config/headgate.schema.json are made from them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from app.settings.section import Section
from app.settings.upstreams import Upstream, typed_kinds
from app.settings.values import (
    ByteCount,
    DirectoryPath,
    Expected,
    Flag,
    Host,
    Pause,
    Port,
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
    deadline_seconds: Seconds = Field(default=30, description="The longest that a request may take as a whole.")
    graceful_shutdown_seconds: Seconds = Field(
        default=15, description="How long requests in flight may go on after the gateway is told to stop."
    )
    drain_seconds: Pause = Field(
        default=0, description="How long /health/ready answers 503 while everything is still served, before stopping."
    )
    max_request_bytes: ByteCount = Field(default=2**20, description="The largest body of a request that is accepted.")
    access_log: Flag = Field(default=True, description="Whether each request is logged.")


class Cache(Section):
    """Where answers are kept."""

    store: Annotated[Literal["memory", "disk"], Expected("memory or disk")] = Field(
        default="disk", description="memory: in each worker; disk: shared by all workers, survives restarts."
    )
    path: DirectoryPath = Field(default=Path("var/cache"), description="The directory of the disk store.")
    max_bytes: ByteCount = Field(default=512 * 2**20, description="How much may be kept.")


class Settings(Section):
    """The configuration of one gateway."""

    server: Server = Field(default_factory=Server, description="Where and how the gateway listens.")
    cache: Cache = Field(default_factory=Cache, description="Where answers are kept.")
    api: Mapping[str, Annotated[str | None, Expected("the name of an upstream")]] = Field(
        default_factory=dict,
        description="Which upstream of each kind serves /api/v1; may be left out while there is one.",
        json_schema_extra=_describe_api,
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
