"""Who is let in, and what is said to who is not."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from sanic.compat import Header

from app.api.admission import Admission, Admitted, path_of
from app.api.cors import Cors
from app.api.hosts import ServedHosts
from app.api.presented import holds_a_key, stands_in_url
from app.callers.caller import Caller, Keys, Leave, NoKeys, RateState
from app.callers.key import new_key
from app.errors import (
    CallerLimited,
    CrossSiteWrite,
    HeadTooLarge,
    HostNotServed,
    InvalidRequest,
    KeyRejected,
    NotForThisKey,
    UrlTooLong,
)

NOW = 1_800_000_000.0
KEY = "hg_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL"
HERE = {"Host": "127.0.0.1:8000"}


@dataclass
class Asked:
    raw_url: bytes = b"/api/v1/repos/acme/rocket"
    method: str = "GET"
    fields: Mapping[str, str] = field(default_factory=dict)
    version: str = "1.1"
    peer: str = "127.0.0.1"

    @property
    def headers(self) -> Header:
        return Header({name.lower(): value for name, value in {**HERE, **self.fields}.items()})


class Ring:
    """Keys that are all this one's."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.any = True

    def caller(self, presented: str, now: float) -> Caller | None:
        return self._caller if presented == KEY and now == NOW else None


class OnlyAcme:
    """A scope: reads of acme's, and writes of its issues."""

    def leave(self, method: str, path: str) -> Leave | None:
        if "/repos/acme/" not in path:
            return None
        if method in {"GET", "HEAD"}:
            return Leave.READ
        return Leave.WRITE if method == "POST" and path.endswith("/issues") else None


class Twice:
    """A rate that takes two requests."""

    def __init__(self) -> None:
        self.left = 2

    def take(self) -> RateState:
        if self.left == 0:
            return RateState(2, 60, 0, 60, retry_after_seconds=29.5)
        self.left -= 1
        return RateState(2, 60, self.left, 30 * (2 - self.left))


def admission(keys: Keys | None = None, hosts: tuple[str, ...] = (), origins: tuple[str, ...] = ()) -> Admission:
    return Admission(keys or NoKeys(), ServedHosts(hosts), Cors(origins), header_fields=10, url_bytes=100)


def admitted(request: Asked, caller: Caller | None = None) -> Admitted:
    return admission(None if caller is None else Ring(caller)).admitted(request, NOW)


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "LOCALHOST:8000",
            "localhost.",
            "app.localhost",
            "127.0.0.1",
            "127.0.0.1:8000",
            "[::1]:8000",
            "192.0.2.7",
            "10.0.0.3:80",
            "[2001:db8::1]",
            "gate.example",
            "Gate.Example:443",
            "a.internal.example",
        ],
    )
    def test_ours_are_answered(self, host: str) -> None:
        ours = admission(hosts=("gate.example", "*.internal.example"))
        ours.admitted(Asked(fields={"Host": host}), NOW)

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "evil.example:8000",
            "gate.example.evil.example",
            "internal.example",
            "xinternal.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            "a b",
            "[::1",
            "user@localhost",
            "127.0.0.1:80:80",
            "*",
        ],
    )
    def test_others_are_not(self, host: str) -> None:
        ours = admission(hosts=("gate.example", "*.internal.example"))
        with pytest.raises(HostNotServed):
            ours.admitted(Asked(fields={"Host": host}), NOW)

    def test_any_is_where_the_operator_says_so(self) -> None:
        admission(hosts=("*",)).admitted(Asked(fields={"Host": "whatever.example"}), NOW)

    def test_the_one_in_the_request_line_counts(self) -> None:
        with pytest.raises(HostNotServed):
            admitted(Asked(b"http://evil.example/api/v1/x"))
        admitted(Asked(b"http://127.0.0.1:8000/api/v1/x", fields={"Host": "evil.example"}))

    def test_none_is_no_request_of_http_1_1(self) -> None:
        @dataclass
        class Hostless(Asked):
            @property
            def headers(self) -> Header:
                return Header()

        with pytest.raises(InvalidRequest):
            admitted(Hostless())
        admitted(Hostless(version="1.0"))

    def test_who_looks_whether_it_is_well_needs_to_know_no_name(self) -> None:
        assert admitted(Asked(b"/health/ready", fields={"Host": "pod-7.example"})).caller.name == "-"


class TestSizes:
    def test_a_url_too_long(self) -> None:
        with pytest.raises(UrlTooLong):
            admitted(Asked(b"/" + b"a" * 100))

    def test_too_many_fields(self) -> None:
        with pytest.raises(HeadTooLarge):
            admitted(Asked(fields={f"X-{number}": "1" for number in range(10)}))


class TestWithoutKeys:
    def test_who_asks_on_this_machine_is_local(self) -> None:
        assert admitted(Asked()).caller.name == "local"

    @pytest.mark.parametrize(
        "asked",
        [Asked(peer="192.0.2.1"), Asked(fields={"X-Forwarded-For": "192.0.2.1"}), Asked(fields={"Via": "1.1 x"})],
    )
    def test_others_are_anonymous(self, asked: Asked) -> None:
        assert admitted(asked).caller.name == "anonymous"

    def test_a_key_is_nobodys(self) -> None:
        with pytest.raises(KeyRejected):
            admitted(Asked(fields={"X-API-Key": KEY}))

    @pytest.mark.parametrize(
        "fields", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
    )
    def test_a_page_of_another_site_does_not_write(self, fields: dict[str, str]) -> None:
        with pytest.raises(CrossSiteWrite):
            admitted(Asked(method="POST", fields=fields))
        admitted(Asked(fields=fields))
        admitted(Asked(method="POST"))

    def test_but_one_that_the_operator_names(self) -> None:
        origin = {"Origin": "https://dash.example"}
        let_in = admission(origins=("https://dash.example",)).admitted(Asked(method="POST", fields=origin), NOW)
        assert "\r\naccess-control-allow-origin: https://dash.example\r\n" in let_in.told


def ways_to_send(key: str) -> Iterator[tuple[str, str]]:
    yield "X-API-Key", key
    yield "X-API-Key", f"  {key} "
    yield "Authorization", f"Bearer {key}"
    yield "authorization", f"bearer  {key}"
    yield "Authorization", f"token {key}"
    yield "Authorization", f"Basic {b64encode(f'somebody:{key}'.encode()).decode()}"
    yield "Authorization", f"basic {b64encode(f'{key}:x-oauth-basic'.encode()).decode()}"
    yield "Authorization", f"Basic {b64encode(('a' * 9_000 + ':' + key).encode()).decode()}"


class TestKeys:
    @pytest.mark.parametrize(("name", "value"), [*ways_to_send(KEY)])
    def test_is_taken_from_where_a_client_can_put_it(self, name: str, value: str) -> None:
        let_in = admitted(Asked(fields={name: value}), Caller("ci"))
        assert (let_in.caller.name, let_in.key_field) == ("ci", name.lower())

    @pytest.mark.parametrize(("name", "value"), [*ways_to_send("hg_wrong")])
    def test_a_wrong_one_is_refused_wherever_it_stands(self, name: str, value: str) -> None:
        with pytest.raises(KeyRejected):
            admitted(Asked(fields={name: value}), Caller("ci"))

    def test_what_is_wrong_is_not_told(self) -> None:
        told = set()
        for fields in (
            {},
            {"X-API-Key": "hg_wrong"},
            {"Authorization": "Bearer ghp_theirs"},
            {"Authorization": "Basic %"},
        ):
            with pytest.raises(KeyRejected) as refused:
                admitted(Asked(fields=fields), Caller("ci"))
            told.add(str(refused.value))
        assert len(told) == 1

    @pytest.mark.parametrize("url", [b"/docs", b"/openapi.json?x", b"/health/live", b"/health/ready"])
    def test_pages_are_for_everybody(self, url: bytes) -> None:
        assert admitted(Asked(url), Caller("ci")).leave is Leave.NONE

    @pytest.mark.parametrize("url", [b"/api/v1/usage", b"/github/", b"/metrics", b"/docs/../github/x", b"//docs"])
    def test_nothing_else_is(self, url: bytes) -> None:
        with pytest.raises(KeyRejected):
            admitted(Asked(url), Caller("ci"))

    def test_beside_a_credential_of_the_callers_own(self) -> None:
        let_in = admitted(Asked(fields={"X-API-Key": KEY, "Authorization": "Bearer ghp_theirs"}), Caller("ci"))
        assert let_in.key_field == "x-api-key"

    def test_never_in_a_url(self) -> None:
        with pytest.raises(KeyRejected):
            admitted(Asked(b"/github/x?access_token=" + KEY.encode()), Caller("ci"))

    @pytest.mark.parametrize("url", ["/{}", "/github/{}/x", "/x?a={}", "/x?a=b,{}", "/x?hg_{}", "/x?a=hg_short"])
    def test_nor_in_its_path_or_in_another_writing(self, url: str) -> None:
        key = new_key()
        for written in (key, "%68g" + key[2:], key.replace("_", "%5F")):
            assert stands_in_url(url.format(written).encode())

    @pytest.mark.parametrize("url", [b"/repos/acme/hg_tools", b"/x?q=a%20b", b"/x", b"/%ff?hg_", b"/hg_" + b"x" * 60])
    def test_what_only_looks_like_one_goes_through(self, url: bytes) -> None:
        assert not stands_in_url(url)

    def test_one_that_would_go_on_is_seen(self) -> None:
        assert holds_a_key([f"token {KEY}"])
        assert not holds_a_key(["token ghp_theirs", "sid=hg"])


class TestScope:
    def test_it_goes_as_far_as_it_says(self) -> None:
        ci = Caller("ci", scope=OnlyAcme())
        mine = {"X-API-Key": KEY}
        assert admitted(Asked(fields=mine), ci).leave is Leave.READ
        issues = b"/github/repos/acme/rocket/issues"
        assert admitted(Asked(issues, "POST", mine), ci).leave is Leave.WRITE
        for asked in (Asked(b"/api/v1/repos/other/x", fields=mine), Asked(issues, "DELETE", mine)):
            with pytest.raises(NotForThisKey):
                admitted(asked, ci)

    def test_no_field_makes_another_method_of_one(self) -> None:
        fields = {"X-API-Key": KEY, "X-HTTP-Method-Override": "DELETE"}
        with pytest.raises(NotForThisKey):
            admitted(Asked(b"/github/repos/acme/rocket/issues", "POST", fields), Caller("ci", scope=OnlyAcme()))


def test_a_rate_is_told_and_kept() -> None:
    ci = Caller("ci", rate=Twice())
    mine = Asked(fields={"X-API-Key": KEY})
    policy = '\r\nratelimit-policy: "requests";q=2;w=60\r\nratelimit: '
    told = [admitted(mine, ci).told for _ in range(2)]
    assert told == [f'{policy}"requests";r=1;t=30', f'{policy}"requests";r=0;t=60']
    with pytest.raises(CallerLimited) as limited:
        admitted(mine, ci)
    assert limited.value.retry_after_seconds == 29.5
    assert limited.value.told["RateLimit"] == '"requests";r=0;t=60'


@pytest.mark.parametrize(
    ("url", "path"),
    [(b"/a/b?c=d", "/a/b"), (b"http://h/a%2Fb?c", "/a%2Fb"), (b"http://h", "/"), (b"/a?b?c", "/a"), (b"*", "/")],
)
def test_the_path_of_a_request_line(url: bytes, path: str) -> None:
    assert path_of(url) == path
