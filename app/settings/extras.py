"""What is asked for and not installed: an extra of the distribution that a setting needs."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Final

from app.settings.faults import SettingsFault
from app.settings.masking import shown_path
from app.settings.tree import Layer

_ENDPOINT: Final = ("tracing", "otlp_endpoint")
_NEEDED: Final = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def missing_extras(layer: Layer, is_installed: Callable[[str], bool] | None = None) -> Iterator[SettingsFault]:
    """Faults for settings that need what is not there.

    Args:
        layer: The merged tree.
        is_installed: Whether a package can be imported; None: looks.
    """
    look = is_installed or _is_installed
    if layer.at(_ENDPOINT) is not None and not all(look(package) for package in _NEEDED):
        expected = "null, or the extra that exports spans: pip install 'headgate[otel]'"
        yield SettingsFault(shown_path(_ENDPOINT), expected, layer.source_of(_ENDPOINT))


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # of what it lies in
        return False
