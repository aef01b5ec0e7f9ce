"""One scene for all steps of a module: each of them comes with a credential of its own."""

from collections.abc import Iterator

import pytest

from tests.clients.scene import Scene, a_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with a_scene(tmp_path_factory.mktemp("clients")) as scene:
        yield scene
        assert "Traceback" not in scene.gateway.log, scene.gateway.told()
