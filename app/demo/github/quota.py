"""Points, counted as GitHub counts them: per credential and resource, in windows that open with the first request.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.demo.github.callers import Caller

CORE = "core"
SEARCH = "search"
CODE_SEARCH = "code_search"
GRAPHQL = "graphql"
RESOURCES = (CORE, SEARCH, CODE_SEARCH, GRAPHQL)


@dataclass(frozen=True, slots=True)
class Limits:
    """Points per window; search has windows of a minute."""

    core: int = 5_000
    anonymous_core: int = 60
    search: int = 30
    anonymous_search: int = 10
    code_search: int = 10
    anonymous_code_search: int = 10
    graphql: int = 5_000
    anonymous_graphql: int = 0
    window_seconds: float = 3_600
    search_window_seconds: float = 60

    @classmethod
    def alike(cls, points: int) -> "Limits":
        """The same for every resource, with a credential and without."""
        return cls(**{prefix + resource: points for prefix in ("", "anonymous_") for resource in RESOURCES})

    def points(self, resource: str, caller: Caller) -> int:
        return int(getattr(self, resource if caller.authenticated else f"anonymous_{resource}"))

    def seconds(self, resource: str) -> float:
        return self.search_window_seconds if resource in {SEARCH, CODE_SEARCH} else self.window_seconds


@dataclass(slots=True)
class Window:
    resource: str
    limit: int
    ends_at: float
    used: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def reset(self) -> int:
        """The first whole second at which there is quota again."""
        return int(-(-self.ends_at // 1))


class Quota:
    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self.limits = limits
        self._clock = clock
        self._windows: dict[tuple[str, str], Window] = {}

    def window(self, caller: Caller, resource: str) -> Window:
        """The window that is open now; one that nobody has spent from yet is only looked at, not opened."""
        now = self._clock()
        window = self._windows.get((caller.key, resource))
        if window is None or now >= window.ends_at:
            window = Window(resource, self.limits.points(resource, caller), now + self.limits.seconds(resource))
        return window

    def leave(self, caller: Caller, resource: str, remaining: int, seconds: float | None = None) -> Window:
        """Makes so many points be left; with `seconds` the window ends then."""
        window = self.window(caller, resource)
        window.used = max(0, window.limit - remaining)
        if seconds is not None:
            window.ends_at = self._clock() + seconds
        self._windows[caller.key, resource] = window
        return window

    def spend(self, caller: Caller, window: Window) -> None:
        window.used += 1
        self._windows[caller.key, window.resource] = window
