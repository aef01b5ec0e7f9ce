"""Who may ask: keys, in this file or in one of their own."""

from pathlib import Path

from pydantic import Field

from app.settings.section import Section
from app.settings.values import FilePath, Flag


class Callers(Section):
    """Who may ask, for what, and how often."""

    key_file: FilePath = Field(
        default=Path("var/keys.yaml"),
        description="The file of the keys that `headgate keys` makes (hashes only). Re-read when it changes; it may be missing.",
    )
    open_to_all: Flag = Field(
        default=False,
        description="Whether, as long as there are no keys, whoever reaches the gateway from elsewhere may read with its "
        "credentials. Otherwise it does not start on another address than this machine's own.",
    )
