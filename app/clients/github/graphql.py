"""Whether a GraphQL request reads only. HTTP cannot tell: all of them are POST to one target.

Source: the GraphQL specification (October 2021), section 6.1, "Executing Requests".
"""

import json
from collections.abc import Mapping
from functools import lru_cache

from graphql import GraphQLError, OperationType, parse
from graphql.language import OperationDefinitionNode

TARGET = "graphql"
MAX_TOKENS = 10_000
"""More than GitHub takes of a query, and few enough that to parse one cannot hold up a worker."""
MAX_BYTES = 100_000


def reads_only(body: bytes) -> bool:
    """Whether the body asks for a query and nothing else. What cannot be understood may be a mutation."""
    if len(body) > MAX_BYTES:
        return False
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(asked, Mapping):
        return False
    query, name = asked.get("query"), asked.get("operationName")
    if not isinstance(query, str) or not (name is None or isinstance(name, str)):
        return False
    return _is_query(query, name or None)


@lru_cache(maxsize=1_000)  # who asks again asks with other variables, and the same text
def _is_query(text: str, name: str | None) -> bool:
    try:
        document = parse(text, no_location=True, max_tokens=MAX_TOKENS)
    except (GraphQLError, RecursionError):
        return False
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [
        node
        for node in operations
        if (len(operations) == 1 if name is None else node.name is not None and node.name.value == name)
    ]
    return len(chosen) == 1 and chosen[0].operation is OperationType.QUERY
