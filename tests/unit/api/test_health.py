"""/health, as a load balancer sees it."""

from app.server import create_app
from tests.gateway import Ask, container_of, sent_raw, serving_gateway


async def test_it_is_live_and_ready_while_every_upstream_is_down(ask: Ask) -> None:
    assert ((await ask("/health/live")).status, (await ask("/health/live")).body) == (200, {"status": "live"})
    assert ((await ask("/health/ready")).status, (await ask("/health/ready")).body) == (200, {"status": "ready"})


async def test_it_is_live_and_not_ready_while_it_drains() -> None:
    app = create_app(container_of())
    async with serving_gateway(app) as base_url:
        app.ready = False
        ready = await sent_raw(base_url, b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        live = await sent_raw(base_url, b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert (ready.status, ready.body) == (503, b'{"status":"not ready"}')
    assert live.status == 200
