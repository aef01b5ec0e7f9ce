"""A configuration in a directory of its own, as a test describes it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from app.settings import InvalidSettings, Loaded, load_settings


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Loaded]:
    """Loads `yaml` as the file x.yaml that `--config` names; without it, the packaged defaults."""

    def load_it(
        yaml: str | None = None,
        /,
        *,
        environ: Mapping[str, str] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> Loaded:
        if yaml is not None:
            (tmp_path / "x.yaml").write_text(yaml, encoding="utf-8")
        return load_settings(
            config_path=None if yaml is None else Path("x.yaml"),
            environ=environ or {},
            command_line=options or {},
            working_directory=tmp_path,
        )

    return load_it


@pytest.fixture
def faults_of(load: Callable[..., Loaded]) -> Callable[..., list[str]]:
    """The fault lines that loading ends with."""

    def faults(
        yaml: str | None = None,
        /,
        *,
        environ: Mapping[str, str] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> list[str]:
        with pytest.raises(InvalidSettings) as caught:
            load(yaml, environ=environ or {}, options=options or {})
        assert str(caught.value).splitlines() == [str(fault) for fault in caught.value.faults]
        return [str(fault) for fault in caught.value.faults]

    return faults
