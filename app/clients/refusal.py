"""What a dialect's reading becomes for the layers above: one error per meaning."""

from app.errors import (
    Conflict,
    CredentialRejected,
    Forbidden,
    Gone,
    LegallyUnavailable,
    NotFound,
    PrimaryLimit,
    ReplyError,
    RequestRejected,
    SecondaryLimit,
    StillComputing,
    UnexpectedReply,
    UpstreamFailed,
)
from app.transport.dialect import Meaning, Reading

DEFAULT_LIMIT_WAIT_SECONDS = 60.0
"""Where a limit does not say for how long: GitHub's advice for secondary limits ("Best practices" in its REST docs)."""

_PLAIN: dict[Meaning, tuple[type[ReplyError], str]] = {
    Meaning.CREDENTIAL_REJECTED: (CredentialRejected, "does not accept the credential"),
    Meaning.FORBIDDEN: (Forbidden, "does not allow this with the credential in use"),
    Meaning.NOT_FOUND: (NotFound, "does not know this, or does not show it to the credential in use"),
    Meaning.GONE: (Gone, "has removed this"),
    Meaning.LEGALLY_UNAVAILABLE: (LegallyUnavailable, "withholds this for legal reasons"),
    Meaning.CONFLICT: (Conflict, "has nothing to answer in the present state of this"),
    Meaning.REJECTED: (RequestRejected, "does not accept the request"),
}


def refusal(upstream: str, status: int, reading: Reading) -> ReplyError:
    """The error that stands for a reply which is not what was asked for."""
    wait = reading.retry_after_seconds
    told = f"{status}, with an error inside" if 200 <= status < 300 else str(status)
    match reading.meaning:
        case Meaning.PRIMARY_LIMIT | Meaning.SECONDARY_LIMIT as limit:
            kind = PrimaryLimit if limit is Meaning.PRIMARY_LIMIT else SecondaryLimit
            why = "the quota is spent" if limit is Meaning.PRIMARY_LIMIT else "too many requests at once"
            return kind(
                upstream,
                f"{upstream} refuses for now: {why}",
                status=status,
                retry_after_seconds=DEFAULT_LIMIT_WAIT_SECONDS if wait is None else wait,
                message=reading.message,
                resource=reading.resource,
            )
        case Meaning.COMPUTING:
            return StillComputing(
                upstream,
                f"{upstream} is still computing the answer",
                status=status,
                retry_after_seconds=1.0 if wait is None else wait,
            )
        case Meaning.FAILURE:
            return UpstreamFailed(
                upstream,
                f"{upstream} failed to answer ({told})",
                status=status,
                message=reading.message,
                retry_after_seconds=wait,
            )
        case meaning:
            error, says = _PLAIN.get(meaning, (UnexpectedReply, "answered with an unexpected status"))
            return error(upstream, f"{upstream} {says} ({told})", status=status, message=reading.message)
