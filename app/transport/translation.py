"""aiohttp's exceptions as ours, in one place, most specific first.

The original is always dropped, and not only as the cause but as the context, too: the repr of a ClientResponseError
holds the request's headers, the credential among them (aiohttp issue 8402).
"""

import aiohttp

from app.errors import (
    Disconnected,
    HeadgateError,
    MalformedUpstreamReply,
    NameNotResolved,
    ProxyFailed,
    TlsFailed,
    Unreachable,
    UpstreamTimeout,
)
from app.transport.protocol import MalformedBody


def translated(
    error: aiohttp.ClientError, upstream: str, *, proxied: bool, connect_seconds: float, read_seconds: float
) -> HeadgateError:
    """What `error` means for those above the wire. The limits are named in the time-outs' details.

    An error of ours comes back as it is: one that the body we were sending raised, wrapped by aiohttp.
    """
    if isinstance(error.__cause__, HeadgateError):
        return error.__cause__
    match error:
        case aiohttp.ClientConnectorDNSError() if proxied:  # the proxy resolves the upstream's name, we the proxy's
            return ProxyFailed(upstream, f"the host name of the proxy towards {upstream} could not be resolved")
        case aiohttp.ClientConnectorDNSError():
            return NameNotResolved(upstream, f"the host name of {upstream} could not be resolved")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch():
            return TlsFailed(upstream, f"no trusted TLS connection to {upstream}")
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return ProxyFailed(upstream, f"the proxy towards {upstream} refused or could not be reached")
        case aiohttp.ClientConnectorError() | aiohttp.InvalidURL():
            return Unreachable(upstream, f"no connection to {upstream}")
        case aiohttp.ConnectionTimeoutError():
            return UpstreamTimeout(upstream, "connect", connect_seconds)
        case aiohttp.ServerTimeoutError():
            return UpstreamTimeout(upstream, "read", read_seconds)
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError() if not isinstance(error, MalformedBody):
            return Disconnected(upstream, f"{upstream} ended the connection before its reply was whole")
        case _:
            return MalformedUpstreamReply(upstream, f"{upstream} answered something that is not HTTP")
