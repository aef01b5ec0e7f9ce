"""An outgoing proxy: used when it is named, and its own failures are told apart from the upstream's."""

import pytest

from app.errors import ProxyFailed, UpstreamTimeout
from tests import faulty_upstream as faults
from tests.faulty_upstream import HEALTHY_BODY, FaultyUpstream
from tests.integration.transport.rig import a_rig

SCHEMES = ["http", "https"]
PROXY_SECRET = "proxy-pass-4712"


async def test_a_plain_request_goes_through_the_proxy_with_the_proxys_credentials(upstream: FaultyUpstream) -> None:
    async with FaultyUpstream(script=faults.forwarding) as proxy:
        address = proxy.url.replace("//", f"//gate:{PROXY_SECRET}@")
        async with a_rig(f"{upstream.url}api/v3/", proxy=address) as rig:
            reply = await rig.whole("repos/a%2Fb?q=%20")
            assert reply.body == HEALTHY_BODY
            assert proxy.seen[0].target == f"{upstream.url}api/v3/repos/a%2Fb?q=%20"
            assert proxy.seen[0].headers["Proxy-Authorization"].startswith("Basic ")
            assert upstream.seen[0].target == "/api/v3/repos/a%2Fb?q=%20"


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_proxy_that_is_not_there_is_the_proxys_failure(upstream: FaultyUpstream, scheme: str) -> None:
    async with FaultyUpstream() as proxy:
        await proxy.stop()
        async with a_rig(upstream.url.replace("http", scheme), proxy=proxy.url) as rig:
            failure = await rig.failure()
            assert type(failure.error) is ProxyFailed
            assert failure.error.__context__ is None
            await rig.comes_to_rest(upstream)
    assert upstream.connections == []


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_proxy_without_an_address_is_the_proxys_failure(upstream: FaultyUpstream, scheme: str) -> None:
    async with a_rig(upstream.url.replace("http", scheme), proxy="http://nothing.invalid:3128") as rig:
        failure = await rig.failure(within_seconds=10)
        assert type(failure.error) is ProxyFailed
        await rig.comes_to_rest(upstream)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_proxy_that_demands_credentials_is_the_proxys_failure(upstream: FaultyUpstream, scheme: str) -> None:
    async with (
        FaultyUpstream(script=faults.demanding_credentials) as proxy,
        a_rig(upstream.url.replace("http", scheme), proxy=proxy.url.replace("//", f"//gate:{PROXY_SECRET}@")) as rig,
    ):
        failure = await rig.failure()
        assert type(failure.error) is ProxyFailed
        assert failure.error.__context__ is None
        assert PROXY_SECRET not in repr(failure.error)
        await rig.comes_to_rest(proxy)
    assert upstream.connections == []


async def test_a_proxy_that_refuses_the_tunnel_is_the_proxys_failure(upstream: FaultyUpstream) -> None:
    async with (
        FaultyUpstream(script=faults.refusing_to_proxy) as proxy,
        a_rig(upstream.url.replace("http", "https"), proxy=proxy.url) as rig,
    ):
        assert type((await rig.failure()).error) is ProxyFailed
        assert "Authorization" not in proxy.seen[0].headers
        await rig.comes_to_rest(proxy)


async def test_a_tunnel_that_never_opens_is_a_timeout_of_connecting(upstream: FaultyUpstream) -> None:
    async with (
        FaultyUpstream(script=faults.stall_before_reply) as proxy,
        a_rig(upstream.url.replace("http", "https"), proxy=proxy.url) as rig,
    ):
        failure = await rig.failure()
        assert isinstance(failure.error, UpstreamTimeout)
        assert failure.error.phase == "connect"
        await rig.comes_to_rest(proxy)


async def test_without_a_proxy_a_407_is_a_reply_like_any_other(upstream: FaultyUpstream) -> None:
    upstream.script = faults.demanding_credentials
    async with a_rig(upstream.url) as rig:
        assert (await rig.whole()).status == 407
