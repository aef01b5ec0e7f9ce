"""The clients that are tried, and the steps of each. All have the same steps, by name."""

from collections.abc import Mapping, Sequence

from tests.clients import with_gidgethub, with_pygithub
from tests.clients.step import Step

CLIENTS: Mapping[str, Sequence[Step]] = {"PyGithub": with_pygithub.STEPS, "gidgethub": with_gidgethub.STEPS}
