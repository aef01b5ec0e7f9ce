"""Who may change the gateway itself: who has an operator's key, or, without any keys, whoever asks on its own machine."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from sanic import HTTPResponse

from app.api.edge import EdgeRequest
from app.api.whence import is_cross_site, is_on_this_machine
from app.errors import CrossSiteWrite, OperatorsOnly

Handler = Callable[..., Awaitable[HTTPResponse | None]]


def operators_only(handler: Handler) -> Handler:
    """Refuses everybody else. Stands between `@inject` and `@operation`.

    Raises:
        CrossSiteWrite: A page of another site is behind it, and no key.
        OperatorsOnly: The caller is elsewhere, or its key is no operator's.
    """

    @wraps(handler)
    async def guarded(request: EdgeRequest, **arguments: Any) -> HTTPResponse | None:
        check_operator(request)
        return await handler(request, **arguments)

    return guarded


def for_whom(handler: Handler) -> Handler:
    """Hands the handler `only_caller`: None for an operator; for everybody else their own name. Stands where
    `operators_only` does.
    """

    @wraps(handler)
    async def told_apart(request: EdgeRequest, **arguments: Any) -> HTTPResponse | None:
        try:
            check_operator(request)
        except (CrossSiteWrite, OperatorsOnly):
            return await handler(request, only_caller=request.admitted.caller.name, **arguments)
        return await handler(request, only_caller=None, **arguments)

    return told_apart


def check_operator(request: EdgeRequest) -> None:
    """Lets an operator pass.

    Raises:
        CrossSiteWrite, OperatorsOnly: As above.
    """
    if request.admitted.caller.operator:
        return
    if request.app.admission.needs_keys:
        raise OperatorsOnly("this is for who runs the gateway: an operator's key may do it")
    if is_cross_site(request.headers):
        raise CrossSiteWrite("a page of another site asks for this")
    if not is_on_this_machine(request.peer, request.headers):
        raise OperatorsOnly(
            "only who runs the gateway may do this: ask it on its own machine, as 127.0.0.1 or localhost, and through no proxy"
        )
