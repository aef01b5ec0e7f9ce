"""Every check of a deployment, side by side: probes on one hand, judgements on the other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from app.cli.doctor.exposure import exposure
from app.cli.doctor.facts import PROBE_SECONDS, Probes, Step
from app.cli.doctor.files import judge_identity_key, judge_keys, judge_store, judge_usage
from app.cli.doctor.finding import Finding, failure, fine, warning
from app.cli.doctor.github import judge_clock, judge_github
from app.cli.doctor.machine import judge_certificate, judge_open_files, judge_port, judge_versions
from app.cli.doctor.upstreams import judge_way
from app.settings import Loaded, UpstreamSettings

Check = Callable[[], Awaitable[Sequence[Finding]]]

GROUP_SECONDS: Final = 2 * PROBE_SECONDS + 1


class Checkup:
    """One look at a deployment.

    Args:
        loaded: Its configuration, loaded not for serving.
        probes: Where facts come from.
        offline: Whether upstreams are left alone.
        group_seconds: For the probes of one group, of which at most two come after each other.
    """

    def __init__(
        self, loaded: Loaded, probes: Probes, *, offline: bool = False, group_seconds: float = GROUP_SECONDS
    ) -> None:
        self._loaded = loaded
        self._settings = loaded.settings
        self._probes = probes
        self._offline = offline
        self._group_seconds = group_seconds

    async def findings(self) -> list[Finding]:
        """In a fixed order, whatever took how long."""
        checks: list[tuple[str, Check]] = [
            ("configuration", self._configuration),
            ("address", self._address),
            ("keys", self._keys),
            ("identity key", self._identity_key),
            ("cache", self._store),
            ("usage", self._usage),
        ]
        for name, upstream in self._settings.upstreams.items():
            checks.append((f"upstream {name}", self._upstream_check(name, upstream)))
        found = await asyncio.gather(*(self._in_time(name, check) for name, check in checks))
        return _one_clock([finding for group in found for finding in group])

    async def _in_time(self, name: str, check: Check) -> Sequence[Finding]:
        seconds = self._group_seconds
        try:
            async with asyncio.timeout(seconds):
                return await check()
        except TimeoutError:
            return [failure(name, f"not looked at within {seconds:g} s", "is its disk or its network stuck?")]

    async def _configuration(self) -> Sequence[Finding]:
        machine = self._probes.machine()
        names = ", ".join(self._settings.upstreams)
        findings = [fine("configuration", f"{self._loaded.file or 'the packaged defaults'}: {names}")]
        findings += [warning("configuration", told, "take it away, or mend its name") for told in self._loaded.warnings]
        findings += [
            failure(
                "safety",
                f"{fault.path} lets others than this machine in, and nobody needs a key",
                f"expected {fault.expected}",
            )
            for fault in self._loaded.unsafe
        ]
        return [*findings, judge_versions(machine), judge_open_files(self._settings, machine)]

    async def _address(self) -> Sequence[Finding]:
        server = self._settings.server
        findings = [judge_port(server.host, server.port, await self._probes.port(server.host, server.port))]
        if server.tls.certificate_file is not None:
            seen = await self._probes.certificate(server.tls.certificate_file, server.tls.key_file)
            findings.append(judge_certificate(seen, self._probes.now()))
        return findings

    async def _keys(self) -> Sequence[Finding]:
        """Those of callers, and what is unsafe with them or without."""
        seen, keys = await asyncio.gather(
            self._probes.see(self._settings.callers.key_file), self._probes.keys(self._settings)
        )
        unsafe = exposure(self._loaded, has_keys=keys.needed, mode_of=self._probes.mode_of)
        return [*judge_keys(seen, keys, now=self._probes.now()), *unsafe]

    async def _identity_key(self) -> Sequence[Finding]:
        if self._settings.cache.store == "memory":
            return [fine("identity key", "made anew at each start, since the cache is in memory")]
        seen = await self._probes.see(self._settings.identity.key_file)
        return [judge_identity_key(seen, self._probes.machine().user)]

    async def _store(self) -> Sequence[Finding]:
        cache, user = self._settings.cache, self._probes.machine().user
        if cache.store == "memory":
            return [fine("cache", "in memory, each worker its own")]
        seen = await self._probes.see(cache.path)
        database = None
        if seen.exists and seen.is_directory and seen.owner == user:
            database = await self._probes.check_store(cache.path)
        return [judge_store(cache, seen, database, user)]

    async def _usage(self) -> Sequence[Finding]:
        path, user = self._settings.usage.path, self._probes.machine().user
        if path is None:
            return [fine("usage", "in memory: each worker knows its own, since its start")]
        seen = await self._probes.see(path)
        own = seen.exists and seen.is_file and seen.owner == user
        database = await self._probes.check_database(path) if own else None
        return [judge_usage(seen, database, user)]

    def _upstream_check(self, name: str, upstream: UpstreamSettings) -> Check:
        async def check() -> Sequence[Finding]:
            if self._offline:
                return [fine(f"upstream {name}", f"{upstream.base_url}: not asked")]
            reached = await self._probes.reach(upstream)
            findings = [judge_way(name, upstream, reached, self._probes.now())]
            if reached.step is Step.THERE and upstream.kind == "github":
                answered = await self._probes.ask(name)
                token = None if upstream.token is None else upstream.token.get_secret_value()
                findings += judge_github(name, upstream.base_url, token, answered, self._probes.now())
                findings += judge_clock(name, answered)
            return findings

        return check


def _one_clock(findings: list[Finding]) -> list[Finding]:
    """Of what several upstreams say of the clock, the first that complains, else the first."""
    clocks = sorted((finding for finding in findings if finding.name == "clock"), key=lambda one: one.advice == "")
    return [finding for finding in findings if finding.name != "clock"] + clocks[:1]
