"""A fake's search: every word has to occur somewhere in the text; a few qualifiers are understood."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.clients.github.fake_data import HeldRepository
from app.clients.github.fake_files import blob_sha
from app.clients.github.fake_lists import label_names
from app.clients.github.fake_parts import listed_account, moment
from app.clients.github.models import Account, CodeMatch, Issue, Repository, User

Qualities = Mapping[str, tuple[str | None, ...]]
"""By the name of a qualifier, the values of which it allows any (`{"is": ("open", "issue")}`)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched for."""

    words: tuple[str, ...]
    qualifiers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, q: str) -> "Wish":
        pieces = q.lower().replace('"', "").split()
        pairs = (piece.partition(":") for piece in pieces if ":" in piece)
        words = tuple(piece for piece in pieces if ":" not in piece)
        return cls(words, tuple((name, value) for name, _, value in pairs))

    def fits(self, *texts: str | None, qualities: Qualities) -> bool:
        """Whether something with these texts and qualities is found.

        Raises:
            NotImplementedError: A qualifier that the fake does not know: to ignore it would find too much.
        """
        for name, value in self.qualifiers:
            if name not in qualities:
                known = ", ".join(sorted(qualities))
                raise NotImplementedError(f"the fake's search knows no qualifier {name!r} here, only: {known}")
            if value not in {quality.lower() for quality in qualities[name] if quality}:
                return False
        whole = " ".join(text.lower() for text in texts if text)
        return all(word in whole for word in self.words)


def repositories(wish: Wish, held_ones: Iterable[HeldRepository]) -> tuple[Repository, ...]:
    """Most stars first, where GitHub has its "best match"."""
    found = [
        held.listed
        for held in held_ones
        if wish.fits(
            held.facts.full_name, held.facts.description, *held.facts.topics, qualities=_of_repository(held.facts)
        )
    ]
    return tuple(sorted(found, key=lambda repository: repository.stargazers_count, reverse=True))


def issues(wish: Wish, held_ones: Iterable[HeldRepository]) -> tuple[Issue, ...]:
    """Newest first."""
    found = [
        issue
        for held in held_ones
        for issue in held.issues
        if wish.fits(issue.title, issue.body, qualities=_of_repository(held.facts) | _of_issue(issue))
    ]
    return tuple(sorted(found, key=lambda issue: (moment(issue.created_at), _id_of(issue)), reverse=True))


def code(wish: Wish, held_ones: Iterable[HeldRepository]) -> tuple[CodeMatch, ...]:
    return tuple(
        CodeMatch(name=path.rpartition("/")[2], path=path, sha=blob_sha(content), repository=held.listed)
        for held in held_ones
        for path, content in sorted(held.files.items())
        if wish.fits(path, content.decode(errors="ignore"), qualities=_of_repository(held.facts))
    )


def users(wish: Wish, known: Iterable[User]) -> tuple[Account, ...]:
    """Most followers first; the e-mail address is searched too where it is told."""
    found = [
        user
        for user in known
        if wish.fits(
            user.login,
            user.name,
            (user.model_extra or {}).get("email"),
            qualities={"type": (user.type, "org" if user.type == "Organization" else None)},
        )
    ]
    return tuple(listed_account(user) for user in sorted(found, key=lambda user: user.followers, reverse=True))


def _of_repository(repository: Repository) -> dict[str, tuple[str | None, ...]]:
    owner = repository.owner.login
    return {
        "repo": (repository.full_name,),
        "user": (owner,),
        "org": (owner,),
        "language": (repository.language,),
        "topic": repository.topics,
    }


def _of_issue(issue: Issue) -> dict[str, tuple[str | None, ...]]:
    kind = "issue" if issue.pull_request is None else "pr"
    return {
        "state": (issue.state,),
        "is": (issue.state, kind),
        "type": (kind,),
        "author": (None if issue.user is None else issue.user.login,),
        "label": label_names(issue),
    }


def _id_of(issue: Issue) -> int:
    """Decides among issues of one moment."""
    return int((issue.model_extra or {}).get("id", issue.number))
