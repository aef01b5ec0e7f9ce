"""A reload from the order to its outcome, and whom it is told."""

from collections.abc import Callable
from dataclasses import replace

from app.cli.supervision.pid_file import GIVEN_UP, REFUSED, TAKEN_UP, UNDER_WAY, PidFile, Reload
from app.cli.supervision.renewal import Refused, Renewal
from app.logs.logger import logger_of
from app.place import WorkerPlace

logger = logger_of(__name__)

Renew = Callable[[WorkerPlace], Renewal]
"""Reads the configuration anew; raises `Refused`."""


class Reloading:
    """The reloads of one main process.

    Attributes:
        is_asked: Whether there was an order that has not been taken up.
    """

    def __init__(self, renew: Renew, pid_file: PidFile | None = None) -> None:
        """Besides its collaborators: `pid_file` None where there is none."""
        self._renew = renew
        self._pid_file = pid_file
        self._told = Reload()
        self._former: WorkerPlace | None = None
        self.is_asked = False

    @property
    def is_under_way(self) -> bool:
        """Whether workers of two configurations may serve."""
        return self._former is not None

    def begin(self, place: WorkerPlace) -> WorkerPlace | None:
        """The place with the configuration as it is now; None where that is refused, and told."""
        self.is_asked = False
        self._tell(Reload(self._told.number + 1, UNDER_WAY))
        try:
            renewal = self._renew(place)
        except Refused as refused:
            for fault in refused.faults:
                logger.error("the changed configuration is refused, and the one before stays", fault=fault)  # noqa: TRY400 -- the fault says it all
            self._tell(replace(self._told, outcome=REFUSED, reasons=refused.faults))
            return None
        except Exception as error:
            logger.exception("the configuration was not read anew, for an error that nobody foresaw")
            reason = f"{type(error).__name__}; the log tells more"
            self._tell(replace(self._told, outcome=GIVEN_UP, reasons=(reason,)))
            return None
        for warning in renewal.warnings:
            logger.warning("the configuration was read anew", warning=warning)
        self._former = place
        self._told = replace(self._told, changed=renewal.changed, kept=renewal.kept)
        return renewal.place

    def give_up(self, reason: str) -> WorkerPlace:
        """No worker can be started with it: the place as it was before."""
        former = self._former
        assert former is not None, "there is nothing to give up"  # noqa: S101 -- who calls knows
        self._former = None
        logger.error("the changed configuration is given up, and the one before stays", reason=reason)
        self._tell(replace(self._told, outcome=GIVEN_UP, reasons=(reason,)))
        return former

    def done(self) -> None:
        """All who accept connections have it."""
        self._former = None
        told = self._told
        logger.info("the configuration was taken up", changed=list(told.changed), wants_restart=list(told.kept))
        self._tell(replace(told, outcome=TAKEN_UP))

    def _tell(self, reload: Reload) -> None:
        self._told = reload
        if self._pid_file is not None:
            self._pid_file.note(reload)
