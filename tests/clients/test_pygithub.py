"""PyGithub against a live gateway: its base URL is the mount, and nothing else is changed."""

import pytest

from tests.clients.scene import MOUNT, Scene
from tests.clients.step import Step, played
from tests.clients.with_pygithub import STEPS

pytestmark = pytest.mark.workers


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_step(step: Step, scene: Scene) -> None:
    played(step, scene, MOUNT).check()
