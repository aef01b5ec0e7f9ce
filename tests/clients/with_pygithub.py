"""What people do with PyGithub (https://pygithub.readthedocs.io). It is told its base URL and a credential; only its own
pauses between requests are off, for time.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO

import pytest
from github import Auth, Github, GithubRetry
from github.GithubException import (
    BadCredentialsException,
    GithubException,
    RateLimitExceededException,
    UnknownObjectException,
)
from github.Issue import Issue

from tests.clients.sent import told_by_urllib3
from tests.clients.step import Step, Visit

ALL_ISSUES = list(range(95, 0, -1))
VIEWER = "query Viewer { viewer { login } }"
COMMENT = "subject { number } commentEdge { node { body } }"


@dataclass(frozen=True, slots=True)
class Clients:
    """Makes them, and closes them at the end."""

    visit: Visit
    stack: ExitStack

    def own(
        self, *, per_page: int = 30, retry: GithubRetry | None = Github.default_retry, lazy: bool = False
    ) -> Github:
        """With the caller's own token, as most people do it. If `lazy` it asks for nothing that nobody looks at."""
        return self.of(Auth.Token(self.visit.token), per_page=per_page, retry=retry, lazy=lazy)

    def of(
        self,
        auth: Auth.Auth | None,
        *,
        per_page: int = 30,
        retry: GithubRetry | None = Github.default_retry,
        lazy: bool = False,
    ) -> Github:
        client = Github(
            auth=auth,
            base_url=self.visit.base_url,
            per_page=per_page,
            retry=retry,
            lazy=lazy,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )
        return self.stack.enter_context(client)

    def of_each_worker(self, *, retry: GithubRetry | None = Github.default_retry) -> Sequence[Github]:
        """Each keeps one connection, and so one worker."""
        clients = []
        for worker in self.visit.scene.workers:
            with self.visit.scene.only(worker):
                clients.append(self.own(retry=retry))
                clients[-1].get_rate_limit()
        return clients


@contextmanager
def clients_of(visit: Visit) -> Iterator[Clients]:
    with told_by_urllib3(visit.trail), ExitStack() as stack:
        yield Clients(visit, stack)


def repository(visit: Visit, clients: Clients) -> None:
    found = clients.own().get_repo("acme/rocket")
    assert (found.full_name, found.stargazers_count) == ("acme/rocket", 4_821)
    assert found.url == f"{visit.base_url}/repos/acme/rocket"
    assert found.html_url == "https://github.com/acme/rocket"


def releases(visit: Visit, clients: Clients) -> None:
    listed = clients.own(per_page=10).get_repo("acme/rocket").get_releases()
    tags = [release.tag_name for release in listed]
    assert (len(tags), len(set(tags)), listed.totalCount) == (45, 45, 45)


def issues(visit: Visit, clients: Clients) -> None:
    listed = clients.own().get_repo("acme/rocket").get_issues(state="all")
    assert [issue.number for issue in listed] == ALL_ISSUES
    assert listed[70].number == ALL_ISSUES[70]
    assert [issue.number for issue in listed.get_page(1)] == ALL_ISSUES[30:60]


def reversed_pages(visit: Visit, clients: Clients) -> None:
    listed = clients.own(per_page=10).get_repo("acme/rocket").get_issues(state="all")
    assert [issue.number for issue in listed.reversed] == ALL_ISSUES[::-1]
    assert [issue.number for issue in reversed(listed)][:5] == [1, 2, 3, 4, 5]


def conditional(visit: Visit, clients: Clients) -> None:
    found = clients.own().get_repo("acme/dossier")
    assert found.update() is False
    assert visit.trail.sent[-1].status == 304
    text = f"Notes of {visit.token}"
    clients.own(lazy=True).get_repo("acme/dossier").edit(description=text)
    assert found.update() is True
    assert found.description == text
    assert found.update() is False


def body_urls(visit: Visit, clients: Clients) -> None:
    github = clients.own()
    rocket = github.get_repo("acme/rocket")
    commit = rocket.get_commits()[3]
    assert commit.stats.total == commit.stats.additions + commit.stats.deletions
    assert commit.author.created_at < commit.commit.author.date
    assert commit.parents[0].commit.message
    talked_about = max(rocket.get_issues(state="closed"), key=lambda issue: issue.comments)
    assert len(list(talked_about.get_comments())) == talked_about.comments > 0
    assert talked_about.repository == rocket
    assert talked_about.closed_by is not None  # only a single issue has it: it is asked for by its URL
    pull = rocket.get_pulls(state="all")[0]
    assert pull.changed_files > 0
    assert pull.as_issue().number == pull.number
    parent = github.get_repo("mira-okafor/rocket").parent
    assert (parent.full_name, parent.subscribers_count) == ("acme/rocket", rocket.subscribers_count)


def searching(visit: Visit, clients: Clients) -> None:
    found = clients.own(per_page=5).search_issues("repo:acme/rocket is:issue is:closed")
    numbers = [issue.number for issue in found]
    assert len(numbers) == len(set(numbers)) == found.totalCount > 5
    assert found[0].closed_by is not None  # only a single issue has it: it is asked for by its URL


def contents(visit: Visit, clients: Clients) -> None:
    rocket = clients.own().get_repo("acme/rocket")
    readme = rocket.get_readme()
    assert readme.decoded_content.startswith(b"# rocket\n")
    assert readme.download_url == "https://raw.githubusercontent.com/acme/rocket/main/README.md"
    directory = rocket.get_contents("docs")
    assert isinstance(directory, list)
    assert {entry.name for entry in directory} == {"guide.md", "Überblick und Ziele.md"}
    for entry in directory:
        assert entry.decoded_content.startswith(b"# ")


def renamed(visit: Visit, clients: Clients) -> None:
    assert clients.own().get_repo("acme/thruster").full_name == "acme/booster"
    assert 301 in {sent.status for sent in visit.trail.sent}
    assert len(list(clients.own(lazy=True).get_repo("acme/thruster").get_releases())) == 3


def quota_shown(visit: Visit, clients: Clients) -> None:
    github = clients.own()
    told = github.get_rate_limit()
    assert (told.rate.limit, told.resources.search.limit) == (5_000, 30)
    github.get_repo("tidewater/pilot")
    reset = visit.scene.leave_points(visit.token, 1_234)
    github.get_repo("tidewater/charts")
    assert (github.rate_limiting, github.rate_limiting_resettime) == ((1_233, 5_000), reset)
    github.get_repo("tidewater/pilot")  # from the cache: the quota is not that of then
    assert (github.rate_limiting, github.rate_limiting_resettime) == ((1_233, 5_000), reset)
    assert github.get_rate_limit().rate.remaining == 1_233


def quota_spent(visit: Visit, clients: Clients) -> None:
    """The first time upstream says it; from then on the gateway does, whichever worker is asked."""
    reset = visit.scene.leave_points(visit.token, 0, seconds=60)
    _is_told_of_it(clients.own(retry=None), "tidewater/pilot", reset)
    for github in clients.of_each_worker(retry=None):
        asked = visit.scene.asked().total
        _is_told_of_it(github, "tidewater/charts", reset)
        assert visit.scene.asked().total == asked


def _is_told_of_it(github: Github, name: str, reset: int) -> None:
    with pytest.raises(RateLimitExceededException) as told:
        github.get_repo(name)
    headers = told.value.headers or {}
    assert (headers["x-ratelimit-remaining"], headers["x-ratelimit-limit"]) == ("0", "5000")
    assert int(headers["x-ratelimit-reset"]) == reset


def quota_waited_for(visit: Visit, clients: Clients) -> None:
    """PyGithub waits until the reset that it was told, and then has its answer."""
    visit.scene.leave_points(visit.token, 0, seconds=2)
    for name in ("tidewater/pilot", "tidewater/charts"):
        began = time.monotonic()
        assert clients.own().get_repo(name).full_name == name
        assert time.monotonic() - began < 10
    assert [sent.status for sent in visit.trail.sent] == [403, 200, 200]


def secondary_limit(visit: Visit, clients: Clients) -> None:
    body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    visit.scene.say("/repos/acme/telemetry", 403, {"Retry-After": "1"}, body, times=1)
    began = time.monotonic()
    assert clients.own().get_repo("acme/telemetry").name == "telemetry"
    assert 1 <= time.monotonic() - began < 10
    assert [sent.status for sent in visit.trail.sent] == [403, 200]


def not_found(visit: Visit, clients: Clients) -> None:
    github = clients.own()
    for ask in (
        lambda: github.get_repo("acme/none"),
        lambda: github.get_repo("acme/rocket").get_issue(9_999),
        lambda: github.get_user("nobody-at-all"),
    ):
        with pytest.raises(UnknownObjectException) as told:
            ask()
        assert told.value.status == 404


def refused(visit: Visit, clients: Clients) -> None:
    with pytest.raises(BadCredentialsException):
        clients.of(Auth.Token(f"revoked{visit.token}")).get_repo("acme/rocket")
    with pytest.raises(GithubException, match="Validation Failed") as told:
        clients.own().get_repo("acme/launchpad").create_issue(title="")
    assert told.value.status == 422
    with pytest.raises(GithubException, match="archived"):
        clients.own().get_repo("acme/old-faithful").create_issue(title="Leak")


def writing(visit: Visit, clients: Clients) -> None:
    """What one worker has written the other one shows at once."""
    one, other = (github.get_repo("acme/launchpad") for github in clients.of_each_worker())
    title = f"Leak {visit.token}"

    def titles_of(state: str) -> list[set[str]]:
        return [{issue.title for issue in repository.get_issues(state=state)} for repository in (one, other)]

    assert all(title not in titles for titles in titles_of("open"))
    made = one.create_issue(title=title, body="Drips.", labels=["bug"], assignees=["ada-abara"])
    assert made.raw_headers["location"] == made.url == f"{visit.base_url}/repos/acme/launchpad/issues/{made.number}"
    assert all(title in titles for titles in titles_of("open"))
    assert (other.get_issue(made.number).title, other.get_issue(made.number).labels[0].name) == (title, "bug")

    _edit(other.get_issue(made.number), title)
    assert all(title not in titles for titles in titles_of("open"))
    assert all(f"{title}, mended" in titles for titles in titles_of("closed"))
    assert made.update() is True
    assert (made.state, made.title, made.body) == ("closed", f"{title}, mended", "Drips.")


def _edit(issue: Issue, title: str) -> None:
    issue.edit(title=f"{title}, mended", state="closed")
    assert issue.title == f"{title}, mended"


def commenting(visit: Visit, clients: Clients) -> None:
    one, other = (github.get_repo("acme/telemetry") for github in clients.of_each_worker())
    issue = one.create_issue(title=f"Noise {visit.token}")
    seen = other.get_issue(issue.number)
    assert list(seen.get_comments()) == []
    made = issue.create_comment("It hums.")
    assert [comment.body for comment in seen.get_comments()] == ["It hums."]
    made.edit("It hummed.")
    assert [comment.body for comment in seen.get_comments()] == ["It hummed."]
    assert seen.get_comment(made.id).body == "It hummed."
    made.delete()
    assert list(seen.get_comments()) == []


def uploading(visit: Visit, clients: Clients) -> None:
    """To where the release says: uploads.github.com, and so an upstream of its own."""
    github = clients.own()
    release = github.get_repo("tidewater/harbor-master").get_latest_release()
    name, file = f"{visit.token}.bin", bytes(range(256)) * 1_000
    made = release.upload_asset_from_memory(BytesIO(file), len(file), name, content_type="application/zip")
    assert (made.name, made.size, made.content_type) == (name, len(file), "application/zip")
    assert name in {asset.name for asset in release.get_assets()}
    _, _, pieces = github.requester.getStream(made.url, chunk_size=10_000)
    assert b"".join(pieces) == file
    made.delete_asset()
    assert name not in {asset.name for asset in release.get_assets()}


def credentials(visit: Visit, clients: Clients) -> None:
    for auth in (
        Auth.Token(visit.token),
        Auth.AppAuthToken(visit.token),  # Bearer
        Auth.Login("mira-okafor", visit.token),  # Basic
    ):
        assert clients.of(auth).get_user().login == "mira-okafor"


def no_credential(visit: Visit, clients: Clients) -> None:
    """From this machine the gateway's own credential reads, and never writes."""
    github = clients.of(None)
    assert github.get_user().login == "mira-okafor"
    rocket = github.get_repo("acme/rocket")
    assert len(list(rocket.get_releases())) == 45
    with pytest.raises(GithubException, match="Requires authentication") as told:
        rocket.create_issue(title="Leak")
    assert told.value.status == 401


def graphql(visit: Visit, clients: Clients) -> None:
    requester = clients.own().requester
    _, viewer = requester.graphql_query(VIEWER, {})
    assert viewer["data"] == {"viewer": {"login": "mira-okafor"}}
    issue = clients.own().get_repo("tidewater/harbor-master").create_issue(title="Fog")
    wish = {"subjectId": issue.raw_data["node_id"], "body": "Thick."}
    _, added = requester.graphql_named_mutation("addComment", wish, COMMENT)
    assert added == {"subject": {"number": issue.number}, "commentEdge": {"node": {"body": "Thick."}}}
    with pytest.raises(GithubException, match="Could not resolve"):
        requester.graphql_query('{ repository(owner: "acme", name: "none") { id } }', {})


def _step(name: str, play: Callable[[Visit, Clients], None]) -> Step:
    def with_clients(visit: Visit) -> None:
        with clients_of(visit) as clients:
            play(visit, clients)

    return Step(name, with_clients)


STEPS = (
    _step("a repository", repository),
    _step("releases, all pages", releases),
    _step("issues, all pages", issues),
    _step("pages from the last to the first", reversed_pages),
    _step("conditional update", conditional),
    _step("URLs in bodies, followed", body_urls),
    _step("search, all pages", searching),
    _step("files and directories", contents),
    _step("a renamed repository", renamed),
    _step("what is left of the quota", quota_shown),
    _step("a spent quota is told", quota_spent),
    _step("a spent quota is waited for", quota_waited_for),
    _step("a secondary limit is waited for", secondary_limit),
    _step("404", not_found),
    _step("401, 403 and 422", refused),
    _step("an issue created, listed, edited, read back", writing),
    _step("a comment created, edited, deleted", commenting),
    _step("a release asset uploaded, read, deleted", uploading),
    _step("the credential as token, Bearer and Basic", credentials),
    _step("no credential: reads, and may not write", no_credential),
    _step("GraphQL, a query and a mutation", graphql),
)
