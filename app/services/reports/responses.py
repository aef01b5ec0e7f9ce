"""How long people wait for a first answer, and until their issue or pull request is closed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.clients.github.models import Comment, Issue
from app.services.answers.part import Sample
from app.services.answers.report import Responses
from app.services.reports.durations import days_between, in_utc, survival
from app.services.reports.people import is_account_of_bot


def responses_of(
    issues: Sequence[Issue], comments: Sequence[Comment], now: datetime, *, more_issues: bool, more_comments: bool
) -> Responses:
    """From the newest issues and the newest comments of a repository.

    Only what was opened since the oldest of those comments is looked at: of that, every comment is known.

    Args:
        issues: Pull requests are among them; the newest.
        comments: The newest.
        now: In UTC.
        more_issues: Whether there are older issues.
        more_comments: Whether there are older comments.
    """
    known_since = min((in_utc(comment.created_at) for comment in comments), default=None) if more_comments else None
    opened = [(in_utc(issue.created_at), issue) for issue in issues if issue.created_at is not None]
    sample = [(moment, issue) for moment, issue in opened if known_since is None or moment >= known_since]
    first = _first_answers({issue.number: issue for _, issue in sample}, comments)
    answered = [days_between(moment, first[issue.number]) for moment, issue in sample if issue.number in first]
    closed = [days_between(moment, issue.closed_at) for moment, issue in sample if issue.closed_at is not None]
    unanswered = [days_between(moment, issue.closed_at or now) for moment, issue in sample if issue.number not in first]
    still_open = [days_between(moment, now) for moment, issue in sample if issue.closed_at is None]
    complete = not more_issues and known_since is None
    return Responses(
        first_response=survival(answered, unanswered),
        close=survival(closed, still_open),
        sample=Sample(
            size=len(sample),
            of=len(opened) if complete else None,
            complete=complete,
            choice="all issues and pull requests"
            if complete
            else "the newest issues and pull requests, as far back as the newest hundred comments go",
        ),
        opened_since=min((moment for moment, _ in sample), default=None),
    )


def _first_answers(sample: Mapping[int, Issue], comments: Sequence[Comment]) -> dict[int, datetime]:
    """When somebody but the author, and no bot, first commented; by number."""
    first: dict[int, datetime] = {}
    for comment in comments:
        number = comment.issue_number
        issue = sample.get(number) if number is not None else None
        if issue is None or number is None or is_account_of_bot(comment.user) or _is_author(issue, comment):
            continue
        moment = in_utc(comment.created_at)
        if number not in first or moment < first[number]:
            first[number] = moment
    return first


def _is_author(issue: Issue, comment: Comment) -> bool:
    return issue.user is not None and comment.user is not None and issue.user.login == comment.user.login
