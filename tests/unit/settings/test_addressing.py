"""How callers address the gateway, and which URLs are rewritten: what may be said of it, and what is told when it may not."""

from typing import Any

import pytest

UPSTREAM = "upstreams:\n  one: {kind: http, base_url: http://x, mount: /x"


class TestTrustedProxies:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("[]", ()),
            ("[127.0.0.1, 10.0.0.0/8]", ("127.0.0.1/32", "10.0.0.0/8")),
            ("['::1', '2001:db8::/32']", ("::1/128", "2001:db8::/32")),
        ],
    )
    def test_are_addresses_and_networks(self, load: Any, written: str, meant: tuple[str, ...]) -> None:
        for loaded in (
            load(f"server: {{trusted_proxies: {written}}}\n{UPSTREAM}}}\n"),
            load(f"{UPSTREAM}}}\n", environ={"HEADGATE_SERVER__TRUSTED_PROXIES": written}),
        ):
            assert loaded.settings.server.trusted_proxies == meant

    @pytest.mark.parametrize(
        "written", ["[proxy.example]", "[10.0.0.1/8]", "['*']", "[10]", "10.0.0.1", "[10.0.0.0/33]"]
    )
    def test_are_nothing_else(self, faults_of: Any, written: str) -> None:
        (told,) = faults_of(f"server: {{trusted_proxies: {written}}}\n{UPSTREAM}}}\n")
        assert "trusted_proxies" in told
        assert "expected a list of IP addresses and networks, such as [127.0.0.1, 10.0.0.0/8]" in told


class TestRewrite:
    @pytest.mark.parametrize("extent", ["full", "headers", "off"])
    def test_is_one_of_three(self, load: Any, extent: str) -> None:
        loaded = load(f"{UPSTREAM}, rewrite: '{extent}'}}\n")
        assert loaded.settings.upstreams["one"].rewrite == extent

    def test_is_full_for_github_alone(self, load: Any) -> None:
        loaded = load(f"{UPSTREAM}}}\n  two: {{kind: github}}\n  three: {{kind: facebook}}\n")
        assert {name: upstream.rewrite for name, upstream in loaded.settings.upstreams.items()} == {
            "one": "headers",
            "two": "full",
            "three": "headers",
        }

    @pytest.mark.parametrize("extent", ["off", "no", "body", "1", "[full]"])
    def test_is_nothing_else(self, faults_of: Any, load: Any, extent: str) -> None:
        if extent == "off":  # to YAML 1.1 that is false, and so it is meant
            assert load(f"{UPSTREAM}, rewrite: off}}\n").settings.upstreams["one"].rewrite == "off"
            return
        (told,) = faults_of(f"{UPSTREAM}, rewrite: {extent}}}\n")
        assert told.startswith("upstreams.one.rewrite: expected one of full, headers, off")


def test_a_public_url_gets_into_bodies_as_it_is(load: Any) -> None:
    loaded = load(
        f"{UPSTREAM}}}\n",
        environ={"HEADGATE_SERVER__PUBLIC_URL": 'https://gate.example/a"b<c>/%20/é'.replace("é", "x")},
    )
    assert loaded.settings.server.public_url == "https://gate.example/a%22b%3Cc%3E/%20/x"
