"""Judges what GitHub says of the gateway's token: whether it is good, what it may do, how long, and what is left of its quota.

Sources: "About authentication to GitHub" (forms of tokens), "Scopes for OAuth apps" (X-OAuth-Scopes), "Token expiration and
revocation" (github-authentication-token-expiration), "Rate limits for the REST API".
"""

import re
from datetime import UTC, datetime
from typing import Final

from app.cli.amounts import said
from app.cli.doctor.facts import Answered
from app.cli.doctor.finding import Finding, failure, fine, warning
from app.cli.doctor.upstreams import SOON_SECONDS
from app.settings.credentials import GITHUB_API
from app.transport.dialect import Quota

INSTALLATION: Final = "an installation's token"
KINDS: Final = (
    ("github_pat_", "a fine-grained personal token"),
    ("ghp_", "a classic personal token"),
    ("ghs_", INSTALLATION),
    ("ghu_", "a user's token of a GitHub App"),
    ("gho_", "a token of an OAuth app"),
)
READING: Final = frozenset({"public_repo", "repo:status", "repo_deployment", "notifications"})
"""Scopes that, as those called `read:…` and `user:email`, are no more than who reads may want."""
FEW_PERCENT: Final = 10
SKEW_SECONDS: Final = 5.0
"""By more than that a clock makes a GitHub App's tokens invalid before long, and waits for resets wrong."""
_OLD_CLASSIC: Final = re.compile(r"[0-9a-f]{40}")
_MOMENT_FORMS: Final = ("%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S %z")


def kind_of(token: str) -> str:
    """What a token is, by its form."""
    for prefix, kind in KINDS:
        if token.startswith(prefix):
            return kind
    return "a classic personal token of the old form" if _OLD_CLASSIC.fullmatch(token) else "a token of unknown form"


def judge_github(name: str, base_url: str, token: str | None, answered: Answered, now: float) -> list[Finding]:
    """Everything that its answer tells: token, quota.

    Args:
        name: The upstream's.
        base_url: Its settings' own.
        token: The gateway's own; only its form is looked at.
        answered: The answer to a question for what is left of the quotas.
        now: Seconds since the epoch.
    """
    if answered.status is None:
        advice = f"does {base_url} lead to GitHub's API? That of an Enterprise Server ends in /api/v3/"
        return [failure(f"answer of {name}", answered.problem, advice)]
    findings = [_token(f"token of {name}", name, base_url, token, answered, now)]
    if answered.status not in {401, 403}:
        findings.append(_quota(f"quota of {name}", name, token is not None, answered, now))
    return findings


def _token(check: str, name: str, base_url: str, token: str | None, answered: Answered, now: float) -> Finding:
    setting = f"upstreams.{name}.token_file (or HEADGATE_UPSTREAMS__{name.upper()}__TOKEN)"
    if token is None:
        found = "none: it answers what it answers anybody"
        if base_url == GITHUB_API:
            found = "none: 60 requests an hour for everybody on this address, and nothing private"
        return warning(check, found, f"make a fine-grained token that only reads, and give it by {setting}")
    kind = kind_of(token)
    ends_at = expires_at(answered.expires)
    if answered.status == 401:
        return failure(check, f"{kind}; GitHub rejects it (401)", f"make a new one, and give it by {setting}")
    if answered.status == 403:
        advice = "look at the policies of the organization or enterprise that it belongs to (single sign-on, allowed addresses)"
        return failure(check, f"{kind}; GitHub forbids it (403)", advice)
    if ends_at is not None and ends_at <= now:
        return failure(check, f"{kind} that has expired", f"make a new one, and give it by {setting}")
    problems = []
    if kind == INSTALLATION:
        problems.append("it ends an hour after it was made, and the gateway does not renew it: use a personal token")
    if ends_at is not None and ends_at - now < SOON_SECONDS:
        problems.append(f"make the next one soon, and give it by {setting}")
    if more := more_than_reading(answered.scopes or ""):
        problems.append(
            f"{', '.join(more)} may do more than read, and so may whoever steals it: a fine-grained token with read-only "
            "permissions does"
        )
    found = f"{kind}, {_end(ends_at, answered.expires, now)}{_scopes(answered.scopes)}"
    return warning(check, found, "; ".join(problems)) if problems else fine(check, found)


def _end(ends_at: float | None, written: str, now: float) -> str:
    if ends_at is not None:
        return f"good for {said(ends_at - now)}"
    return "expiring at a moment that cannot be read" if written else "GitHub names no end of it"


def _scopes(scopes: str | None) -> str:
    return "" if scopes is None else f", scopes: {scopes.strip() or 'none (what is public)'}"


def more_than_reading(scopes: str) -> list[str]:
    """Those of an X-OAuth-Scopes field that let a token change something. `repo` is one: there is no scope of classic tokens
    that reads what is private and no more.
    """
    listed = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    return [
        scope
        for scope in listed
        if scope not in READING - {"public_repo"} and not scope.startswith(("read:", "user:e"))
    ]


def expires_at(written: str) -> float | None:
    """Of github-authentication-token-expiration: `2026-12-24 18:00:00 UTC`, or with `+0100` in the place of UTC."""
    for form in _MOMENT_FORMS:
        try:
            moment = datetime.strptime(written.strip(), form)  # noqa: DTZ007 -- where it has no offset, it is UTC by its text
        except ValueError:
            continue
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    return None


def _quota(check: str, name: str, has_token: bool, answered: Answered, now: float) -> Finding:
    if answered.status == 404:
        return fine(check, "none: this server does not limit its callers")
    core = next((quota for quota in answered.quotas if quota.resource == "core"), None)
    if answered.status != 200 or core is None:
        advice = f"is upstreams.{name}.base_url the base of GitHub's REST API?"
        return failure(check, f"not told (status {answered.status})", advice)
    found = f"{core.remaining:,} of {core.limit:,} requests left"
    if core.reset_epoch_seconds is not None:
        found += f", reset in {said(core.reset_epoch_seconds - now)}"
    if core.remaining == 0:
        return warning(
            check, found, "until the reset only what is cached is answered; GET /api/v1/usage tells who spent it"
        )
    if not has_token and core.limit <= 60:
        return warning(check, found, f"with a token it is 5,000 an hour: upstreams.{name}.token_file")
    if core.remaining * 100 < core.limit * FEW_PERCENT:
        return warning(check, found, "GET /api/v1/usage tells who spent it; budget.reserve keeps a part for people")
    return fine(check, found + _others(answered.quotas))


def _others(quotas: tuple[Quota, ...]) -> str:
    spent = sorted(quota.resource for quota in quotas if quota.remaining == 0 and quota.limit > 0)
    return f"; nothing left of {', '.join(spent)}" if spent else ""


def judge_clock(name: str, answered: Answered) -> list[Finding]:
    """How far this machine's clock is from an upstream's. Date has no fractions of a second (RFC 9110 section 5.6.7)."""
    if answered.date is None:
        return []
    middle = (answered.asked_at + answered.answered_at) / 2
    ahead = middle - (answered.date + 0.5)
    unsure = (answered.answered_at - answered.asked_at) / 2 + 0.5
    how = "ahead of" if ahead > 0 else "behind"
    if abs(ahead) - unsure <= SKEW_SECONDS:
        return [fine("clock", f"as {name}'s, to {max(unsure, abs(ahead)):.1f} s")]
    found = f"{said(abs(ahead))} {how} {name}'s"
    advice = "let this machine take its time from the network (timedatectl set-ntp true): signed tokens and waits depend on it"
    return [warning("clock", found, advice)]
