"""What of a changed configuration is taken up."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.cli.identity_key import IdentityKey, KeyRefused
from app.cli.supervision.renewal import Refused, Renewal, differences, renewed
from app.place import WorkerPlace
from app.settings import InvalidSettings, Loaded, Settings, SettingsFault, Source
from tests.gateway import settings_of

KEY = b"the key that was there before"


def place_of(settings: Settings) -> WorkerPlace:
    return WorkerPlace(settings=settings, identity_key=KEY, ledger_columns=8, slot=3)


def with_cache(settings: Settings, **cache: Any) -> Settings:
    return settings.model_copy(update={"cache": settings.cache.model_copy(update=cache)})


def loading(settings: Settings, *warnings: str) -> Callable[[], Loaded]:
    return lambda: Loaded(settings, {}, warnings, None)


def no_key(_: Settings) -> IdentityKey:
    raise AssertionError("the key was asked for without need")


def renewal_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> Renewal:
    return renewed(place_of(settings_of(dict(before))), loading(settings_of(dict(after))), no_key)


def test_the_same_is_taken_up_as_well() -> None:
    renewal = renewal_of({}, {})
    assert (renewal.changed, renewal.kept, renewal.warnings) == ((), (), ())
    assert renewal.place == place_of(settings_of())


def test_what_changed_is_named_and_in_force() -> None:
    renewal = renewal_of({"workers": 1}, {"workers": 4, "limits": {"url_bytes": 99}})
    assert renewal.changed == ("server.workers", "server.limits.url_bytes")
    assert renewal.place.settings.server.workers == 4
    assert renewal.place.slot == 3


def test_what_is_bound_stays_and_is_named() -> None:
    renewal = renewal_of(
        {"port": 1, "drain_seconds": 1}, {"port": 2, "host": "::1", "pid_file": "x", "drain_seconds": 2}
    )
    assert renewal.kept == ("server.host", "server.port", "server.pid_file")
    assert renewal.changed == ("server.drain_seconds",)
    server = renewal.place.settings.server
    assert (server.port, server.host, server.pid_file) == (1, "127.0.0.1", None)


def test_a_credential_is_not_served_to_strangers_on_an_address_that_is_left_only_by_a_restart(tmp_path: Path) -> None:
    """What is written (127.0.0.1, and a token) is safe; what would be in force (0.0.0.0, and a token) is not."""
    before = settings_of({"host": "0.0.0.0"})
    keyless = {"key_file": tmp_path / "none.yaml"}
    token = {"github": {"kind": "github", "token": "ghp_of_this_test"}}

    def written(callers: dict[str, Any], host: str = "127.0.0.1") -> Settings:
        after = settings_of({"host": host}, **token)
        return after.model_copy(update={"callers": after.callers.model_copy(update=callers)})

    with pytest.raises(Refused) as refused:
        renewed(place_of(before), loading(written(keyless)), no_key)
    assert "0.0.0.0" in str(refused.value.faults)
    assert "ghp_" not in str(refused.value.faults)
    for safe in (written({**keyless, "open_to_all": True}), settings_of({"host": "127.0.0.1"})):
        assert renewed(place_of(before), loading(safe), no_key).kept == ("server.host",)
    (tmp_path / "some.yaml").write_text("keys: {}")
    assert renewed(place_of(before), loading(written({"key_file": tmp_path / "some.yaml"})), no_key).kept


def test_more_workers_than_the_ledger_has_room_for_want_a_restart() -> None:
    renewal = renewal_of({"workers": 2}, {"workers": 5})
    assert renewal.kept == ("server.workers (more than 4)",)
    assert renewal.place.settings.server.workers == 2


def test_a_new_token_is_a_change_and_its_value_is_nowhere_told() -> None:
    before, after = (settings_of(one={"kind": "github", "token": token}) for token in ("ghp_old", "ghp_new"))
    renewal = renewed(place_of(before), loading(after), no_key)
    assert renewal.changed == ("upstreams.one.token",)


def test_what_is_new_or_gone_is_named_as_a_whole() -> None:
    one, other = {"kind": "github", "mount": "/one"}, {"kind": "github"}
    before, after = (
        settings_of(one=one, api={"kind": "github"}),
        settings_of(two=other, api={"kind": "http", "base_url": "http://x"}),
    )
    assert set(differences(before, after)) == {"upstreams.one", "upstreams.two", "upstreams.api"}


def test_another_store_has_the_key_looked_up_again() -> None:
    before = settings_of()
    renewal = renewed(
        place_of(before),
        loading(with_cache(before, store="disk"), "first"),
        lambda _: IdentityKey(b"another", warning="not kept"),
    )
    assert renewal.place.identity_key == b"another"
    assert renewal.warnings == ("first", "not kept")


def test_a_key_that_must_not_be_used_refuses_it_all() -> None:
    def refuse(_: Settings) -> IdentityKey:
        raise KeyRefused("a regular file")

    before = settings_of()
    with pytest.raises(Refused) as refused:
        renewed(place_of(before), loading(with_cache(before, store="disk")), refuse)
    assert refused.value.faults == ("identity.key_file: expected a regular file",)


def test_faults_are_told_each_for_itself() -> None:
    def at_fault() -> Loaded:
        raise InvalidSettings([SettingsFault(name, "a number", Source.default()) for name in ("one", "two")], ())

    with pytest.raises(Refused) as refused:
        renewed(place_of(settings_of()), at_fault, no_key)
    assert [fault.partition(":")[0] for fault in refused.value.faults] == ["one", "two"]
