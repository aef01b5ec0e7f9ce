"""A few types of https://docs.github.com/en/graphql/reference, answered by a real executor over the same world."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from app.demo.github.ask import Ask
from app.demo.github.quota import GRAPHQL
from app.demo.github.records import Account, Comment, Issue, Repository
from app.demo.github.replies import Json, Reply
from app.demo.github.routing import Route
from app.demo.github.shapes.text import HTML, iso, node_id

MOST_NODES = 100
SCHEMA = """
type Query { viewer: User!, repository(owner: String!, name: String!): Repository, rateLimit: RateLimit! }
type Mutation { addComment(input: AddCommentInput!): AddCommentPayload }
type User { id: ID!, login: String!, name: String, url: String! }
type RateLimit { limit: Int!, cost: Int!, remaining: Int!, used: Int!, resetAt: String! }
type Repository {
  id: ID!, name: String!, nameWithOwner: String!, description: String, url: String!, stargazerCount: Int!
  issue(number: Int!): Issue
  issues(first: Int, after: String, last: Int, before: String, states: [IssueState!]): IssueConnection!
}
enum IssueState { OPEN CLOSED }
type Issue {
  id: ID!, number: Int!, title: String!, body: String!, state: IssueState!, url: String!, comments: CommentCount!
}
type CommentCount { totalCount: Int! }
type IssueConnection { totalCount: Int!, nodes: [Issue], pageInfo: PageInfo! }
type PageInfo { startCursor: String, endCursor: String, hasNextPage: Boolean!, hasPreviousPage: Boolean! }
type IssueComment { id: ID!, body: String!, url: String!, author: User }
input AddCommentInput { subjectId: ID!, body: String!, clientMutationId: String }
type AddCommentPayload { clientMutationId: String, subject: Issue, commentEdge: IssueCommentEdge }
type IssueCommentEdge { node: IssueComment }
"""


def route() -> Route:
    return Route("POST", "/graphql", partial(execute, build_schema(SCHEMA)), GRAPHQL)


def execute(schema: GraphQLSchema, ask: Ask) -> Reply:
    """Errors come as a 200 (https://docs.github.com/en/graphql/guides/forming-calls-with-graphql)."""
    fields = ask.fields()
    result = graphql_sync(
        schema,
        str(fields.get("query") or ""),
        root_value=Root(ask),
        variable_values=fields.get("variables"),
        operation_name=fields.get("operationName"),
    )
    shape: Json = {"data": result.data} if result.data is not None or not result.errors else {}
    if result.errors:
        shape["errors"] = [_told(error) for error in result.errors]
    return Reply(shape)


class Root:
    """The fields of Query and Mutation."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def viewer(self, _: Any) -> Json:
        return _user(self._ask.myself())

    def repository(self, _: Any, owner: str, name: str) -> Json:
        found = self._ask.world.repository(owner, name)
        if found is None:
            raise _unresolved(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return _repository(found)

    def rateLimit(self, _: Any) -> Json:  # noqa: N802 -- the field's name
        window = self._ask.quota.window(self._ask.caller, GRAPHQL)
        return {
            "limit": window.limit,
            "cost": 1,
            "remaining": max(0, window.remaining - 1),
            "used": window.used + 1,
            "resetAt": iso(window.reset),
        }

    def addComment(self, _: Any, input: Mapping[str, Any]) -> Json:  # noqa: A002, N802 -- GitHub's names
        for repository in self._ask.world.repositories.values():
            for issue in repository.issues.values():
                if node_id("Issue", issue.id) == input["subjectId"]:
                    made = self._ask.world.add_comment(issue, self._ask.myself(), input["body"], self._ask.now)
                    return {
                        "clientMutationId": input.get("clientMutationId"),
                        "subject": _issue(repository, issue),
                        "commentEdge": {"node": _comment(repository, issue, made)},
                    }
        raise _unresolved(f"Could not resolve to a node with the global id of '{input['subjectId']}'")


def _repository(repository: Repository) -> Json:
    def issues(_: Any, states: Sequence[str] | None = None, **window: Any) -> Json:
        chosen = [
            issue
            for issue in sorted(repository.issues.values(), key=lambda issue: issue.number)
            if not issue.pull and (states is None or issue.state.upper() in states)
        ]
        return _connection([_issue(repository, issue) for issue in chosen], **window)

    def issue(_: Any, number: int) -> Json:
        found = repository.issues.get(number)
        if found is None or found.pull:
            raise _unresolved(f"Could not resolve to an Issue with the number of {number}.")
        return _issue(repository, found)

    return {
        "id": node_id("Repository", repository.id),
        "name": repository.name,
        "nameWithOwner": repository.full_name,
        "description": repository.description,
        "url": f"{HTML}/{repository.full_name}",
        "stargazerCount": repository.stars,
        "issue": issue,
        "issues": issues,
    }


def _issue(repository: Repository, issue: Issue) -> Json:
    return {
        "id": node_id("Issue", issue.id),
        "number": issue.number,
        "title": issue.title,
        "body": issue.body or "",
        "state": issue.state.upper(),
        "url": f"{HTML}/{repository.full_name}/issues/{issue.number}",
        "comments": {"totalCount": issue.comments},
    }


def _comment(repository: Repository, issue: Issue, comment: Comment) -> Json:
    return {
        "id": node_id("IssueComment", comment.id),
        "body": comment.body,
        "url": f"{HTML}/{repository.full_name}/issues/{issue.number}#issuecomment-{comment.id}",
        "author": _user(comment.author),
    }


def _user(account: Account) -> Json:
    return {
        "id": node_id(account.kind, account.id),
        "login": account.login,
        "name": account.name,
        "url": f"{HTML}/{account.login}",
    }


def _connection(
    nodes: Sequence[Json],
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Json:
    """A window of the nodes; a cursor is the place of a node (https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api)."""
    if (first is None) == (last is None) or not 1 <= (first or last or 0) <= MOST_NODES:
        raise GraphQLError(f"You must provide a `first` or `last` value from 1 to {MOST_NODES} to paginate.")
    start = int(after) + 1 if after else 0
    end = int(before) if before else len(nodes)
    if first is not None:
        end = min(end, start + first)
    else:
        start = max(start, end - (last or 0))
    return {
        "totalCount": len(nodes),
        "nodes": nodes[start:end],
        "pageInfo": {
            "startCursor": str(start),
            "endCursor": str(end - 1),
            "hasNextPage": end < len(nodes),
            "hasPreviousPage": start > 0,
        },
    }


def _unresolved(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def _told(error: GraphQLError) -> Json:
    """GitHub has the type beside the message; and what a query cannot do has none."""
    told: Json = dict(error.formatted)
    extensions = dict(told.pop("extensions", None) or {})
    kind = extensions.pop("type", None)
    return {**({"type": kind} if kind else {}), **told}
