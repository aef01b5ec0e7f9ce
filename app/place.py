"""What the main process gives to a worker: all that is the same for every worker, and what is this one's own."""

from dataclasses import dataclass, field
from pathlib import Path

from app.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPlace:
    """The place that a worker takes. It reaches the worker through a pipe: no command line and no environment shows it.

    Attributes:
        settings: The configuration in force.
        identity_key: Hashes callers' credentials; the same for all, so that what one worker keeps for a caller every other
            finds.
        ledger: The file in which all share what is known of quotas; None: this one is alone.
        ledger_columns: For how many workers the files that they share were made; more than there are, because two generations live during
            a reload.
        metrics_directory: Where all count together; None: this one counts alone.
        callers_file: The file in which all share what each key has used; None: this one is alone.
        slot: A number from 0 that no other living worker has; a small one, because the lowest free one is taken.
        replaces: Why the worker ended whose place this is: `died`, `hung` or `reload`; empty: it is nobody's.
    """

    settings: Settings
    identity_key: bytes = field(repr=False)
    ledger: Path | None = None
    ledger_columns: int = 1
    metrics_directory: Path | None = None
    callers_file: Path | None = None
    slot: int = 0
    replaces: str = ""
