"""Judges the way to an upstream: its name, a connection, TLS."""

from ipaddress import ip_address
from typing import Final

from yarl import URL

from app.cli.amounts import DAY_SECONDS, said
from app.cli.doctor.facts import Reached, Step
from app.cli.doctor.finding import Finding, failure, fine, warning
from app.settings import UpstreamSettings

SOON_SECONDS: Final = 14 * DAY_SECONDS
"""What ends sooner is worth a warning: who renews by a machine does it earlier than that."""
SLOW_SECONDS: Final = 1.0
_EXPIRED: Final = 10
_OTHER_NAME: Final = frozenset({62, 64})  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_UNKNOWN_AUTHORITY: Final = frozenset({18, 19, 20, 21})


def judge_way(name: str, upstream: UpstreamSettings, reached: Reached, now: float) -> Finding:
    """How far one gets.

    Args:
        name: The upstream's.
        upstream: Its settings.
        reached: What a probe has met.
        now: Seconds since the epoch.
    """
    check = f"upstream {name}"
    here, host = f"upstreams.{name}", URL(upstream.base_url).host
    match reached.step:
        case Step.NAME:
            who = "the proxy's name" if upstream.proxy is not None else f"the name {host}"
            setting = "proxy" if upstream.proxy is not None else "base_url"
            advice = f"look at {here}.{setting} and at this machine's name servers (/etc/resolv.conf)"
            return failure(check, f"{who} is not resolved: {reached.problem}", advice)
        case Step.CONNECTION:
            instead = "" if upstream.proxy is not None else f", or must it be asked through a proxy ({here}.proxy)"
            return failure(check, f"no connection: {reached.problem}", f"does a firewall stand between{instead}?")
        case Step.PROXY:
            advice = f"look at {here}.proxy (user and password stand in its URL), and at what the proxy allows"
            return failure(check, f"the proxy does not let it through: {reached.problem}", advice)
        case Step.TLS:
            return failure(check, f"TLS fails: {reached.problem}", _tls_advice(here, reached.certificate_problem))
        case Step.THERE:
            return _there(check, upstream, reached, now)


def _tls_advice(here: str, problem: int) -> str:
    if problem == _EXPIRED:
        return "whoever runs it has to renew its certificate, unless this machine's clock is wrong (see: clock)"
    if problem in _OTHER_NAME:
        return f"{here}.base_url has to name it as its certificate does"
    if problem in _UNKNOWN_AUTHORITY:
        return f"set {here}.ca_file to the PEM file of the authority that signed its certificate"
    return f"does it speak TLS at that port at all? Look at {here}.base_url"


def _there(check: str, upstream: UpstreamSettings, reached: Reached, now: float) -> Finding:
    through = " through the proxy" if upstream.proxy is not None else ""
    where = f"{upstream.base_url} at {_shown(reached.address)}{through}"
    ends_at = reached.certificate_ends_at
    tls = "plain HTTP" if ends_at is None else f"its certificate is good for {said(ends_at - now)}"
    found = f"{where}, {tls}, {reached.seconds:.2f} s away"
    if ends_at is not None and ends_at - now < SOON_SECONDS:
        return warning(check, found, "whoever runs it has to renew its certificate soon")
    if reached.seconds > SLOW_SECONDS:
        return warning(check, found, "a new connection takes that long: look at the network, and at name servers")
    return fine(check, found)


def _shown(address: str) -> str:
    try:
        return f"[{address}]" if ip_address(address).version == 6 else address
    except ValueError:
        return address
