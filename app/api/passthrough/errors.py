"""The gateway's own errors on a mount: in the form of its upstream, which is what callers there understand."""

from collections.abc import Callable, Mapping
from time import time

from app.api.problems import Problem
from app.services.passthrough import PassThroughService, Refused


class MountErrors:
    """Knows by its path whether a request was for a mount, and asks how that upstream would tell an error."""

    def __init__(
        self,
        mounts: Mapping[str, str],
        provided: Callable[[], PassThroughService],
        *,
        clock: Callable[[], float] = time,
    ) -> None:
        """Besides the clock (seconds since the epoch).

        Args:
            mounts: The upstream's name by the path under which it is offered.
            provided: The service, as it is when it is asked.
        """
        self._mounts = {path.encode(): name for path, name in mounts.items()}
        self._provided = provided
        self._clock = clock

    def told(self, raw_url: bytes, problem: Problem, error: Exception) -> Refused | None:
        """The error in the upstream's form; None where it has none, or the request was for no mount."""
        path = raw_url.partition(b"?")[0]
        for mount, name in self._mounts.items():
            if path == mount or path.startswith(mount + b"/"):
                return self._provided().refused(
                    name, problem.status, problem.code, problem.detail, error, self._clock()
                )
        return None
