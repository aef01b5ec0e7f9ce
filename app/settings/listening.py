"""Where the gateway listens, what it is called there, and how much of a request it takes."""

from pydantic import Field

from app.settings.section import Section
from app.settings.values import ByteCount, Count, FilePath, Seconds


class Tls(Section):
    """TLS for callers. Without it a proxy in front should do it."""

    certificate_file: FilePath | None = Field(
        default=None, description="The certificate and its chain, PEM; null: plain HTTP."
    )
    key_file: FilePath | None = Field(
        default=None, description="Its private key, PEM, without a passphrase; null: in the same file."
    )


class RequestLimits(Section):
    """What of a request is too much. What is refused is told why."""

    header_fields: Count = Field(default=100, description="The most header fields of a request (431).")
    header_bytes: ByteCount = Field(default=16 * 2**10, description="The largest head of a request (431).")
    url_bytes: ByteCount = Field(default=8 * 2**10, description="The longest URL (414).")
    requests_at_once: Count = Field(
        default=1_000, description="How many requests of one caller each worker handles at once (429)."
    )
    request_seconds: Seconds = Field(
        default=20, description="How long the head of a request, or a body held in memory, may take to arrive (408)."
    )
    idle_seconds: Seconds = Field(default=75, description="How long a connection may be idle between two requests.")
    connections: Count = Field(
        default=16_000,
        description="How many connections each worker keeps open; further ones, a probe's among them, are closed at once.",
    )
