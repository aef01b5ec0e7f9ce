"""What a stand-in saw: for tests, and for whoever wants to watch what a gateway in front spares it."""

import hashlib
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REMEMBERED = 256
SECRET_HEADERS = {"authorization", "cookie", "x-github-otp"}


@dataclass(frozen=True, slots=True)
class Seen:
    method: str
    path: str
    # With the query, as it came.
    target: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class SeenLog:
    """Counters since the start or the last `clear`, and the latest requests themselves."""

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    recent: deque[Seen] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    counted: int = 0
    without_via: int = 0

    @property
    def total(self) -> int:
        return self.requests.total()

    @property
    def last_headers(self) -> Mapping[str, str]:
        """Of the latest request; names in any case where they came from HTTP."""
        return self.recent[-1].headers if self.recent else {}

    def saw(self, method: str, path: str, target: str, headers: Mapping[str, str]) -> None:
        self.requests[method, path] += 1
        self.recent.append(Seen(method, path, target, headers))
        if "headgate" not in headers.get("Via", ""):
            self.without_via += 1

    def answered(self, status: int, *, counted: bool) -> None:
        self.statuses[status] += 1
        self.counted += counted

    def clear(self) -> None:
        self.requests.clear()
        self.statuses.clear()
        self.recent.clear()
        self.counted = self.without_via = 0

    def as_json(self) -> dict[str, Any]:
        """Credentials are shown as fingerprints: somebody may point a client with a real token here."""
        return {
            "total": self.total,
            "counted": self.counted,
            "without_via": self.without_via,
            "statuses": {str(status): times for status, times in sorted(self.statuses.items())},
            "requests": [
                {"method": method, "path": path, "count": times} for (method, path), times in self.requests.items()
            ],
            "last_headers": {
                name: fingerprint(value) if name.lower() in SECRET_HEADERS else value
                for name, value in self.last_headers.items()
            },
        }


def fingerprint(value: str) -> str:
    return f"sha256:{hashlib.sha256(value.encode()).hexdigest()[:16]}"
