"""aiohttp's exceptions as ours, in one place, most specific first.

The cause is always dropped (`raise … from None`): the repr of a ClientResponseError holds the request's headers, the
credential among them (aiohttp issue 8402).
"""

import aiohttp

from app.errors import (
    Disconnected,
    MalformedUpstreamReply,
    NameNotResolved,
    ProxyFailed,
    TlsFailed,
    TransportError,
    Unreachable,
    UpstreamTimeout,
)


def translated(
    error: aiohttp.ClientError, upstream: str, *, connect_seconds: float, read_seconds: float
) -> TransportError:
    """What `error` means for those above the wire. The limits are named in the time-outs' details."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return NameNotResolved(upstream, f"the host name of {upstream} could not be resolved")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch():
            return TlsFailed(upstream, f"no trusted TLS connection to {upstream}")
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return ProxyFailed(upstream, f"the proxy towards {upstream} refused or could not be reached")
        case aiohttp.ClientConnectorError():
            return Unreachable(upstream, f"no connection to {upstream}")
        case aiohttp.ConnectionTimeoutError():
            return UpstreamTimeout(upstream, "connect", connect_seconds)
        case aiohttp.ServerTimeoutError():
            return UpstreamTimeout(upstream, "read", read_seconds)
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError():
            return Disconnected(upstream, f"{upstream} ended the connection before its reply was whole")
        case _:
            return MalformedUpstreamReply(upstream, f"{upstream} answered something that is not HTTP")
