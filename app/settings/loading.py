"""From files, environment and command line to `Settings`, or to every fault that stands in the way.

Precedence: command line > environment > YAML > defaults. The YAML file is the one of `--config`, else the one that
HEADGATE_CONFIG names, else config/headgate.yaml below the working directory if there is one, else none: then one
upstream of kind github, called github and mounted at /github, is behind the gateway. A file that is named must exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from app.settings.catalogue import read_catalogue
from app.settings.certificates import doubtful_certificate, unusable_certificate
from app.settings.checks import check_together
from app.settings.contradictions import key_inside_the_store
from app.settings.credentials import misplaced_credentials, read_credentials, unusable_authorities
from app.settings.environment import CONFIG_VARIABLE, read_command_line, read_environment
from app.settings.faults import InvalidSettings, SettingsFault, Source, Unreadable
from app.settings.keys import same_key_twice
from app.settings.masking import shown_file
from app.settings.models import Settings
from app.settings.safety import open_to_strangers
from app.settings.tree import Layer, dotted, merge
from app.settings.validation import validate
from app.settings.yaml_text import read_tree

DEFAULT_FILE: Final = Path("config/headgate.yaml")
_LARGEST_FILE_BYTES: Final = 1024 * 1024
_FILE: Final = "configuration file"
_NOTHING_GIVEN: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid configuration.

    Attributes:
        settings: The models.
        sources: Where each setting came from, by dotted path; what is missing here has its default.
        warnings: What was ignored or will not do, one sentence each, for the caller to print.
        file: The YAML file that was read, as it may be shown; None where the packaged defaults hold.
        path: The same as a path.
        unsafe: Why nothing may be served with it; only where it was not loaded for serving, else these are faults.
    """

    settings: Settings
    sources: Mapping[str, Source]
    warnings: tuple[str, ...]
    file: str | None
    unsafe: tuple[SettingsFault, ...] = ()
    path: Path | None = None

    def source(self, path: str) -> Source:
        """Where the setting at `path` (`server.port`) came from."""
        return self.sources.get(path, Source.default())


def load_settings(
    *,
    config_path: Path | None = None,
    environ: Mapping[str, str],
    command_line: Mapping[str, Any] = _NOTHING_GIVEN,
    working_directory: Path,
    for_serving: bool = True,
) -> Loaded:
    """Reads, merges and checks everything. Prints nothing.

    Args:
        config_path: What `--config` says; None where it was not given.
        environ: The environment, `os.environ` as a rule.
        command_line: Options by dotted path (`{"server.port": 9000}`); None counts as not given. Text is taken as the
            environment's would be.
        working_directory: Relative paths count from here.
        for_serving: Whether what would be unsafe to serve is a fault. Commands that make it safe, or only look, say no.

    Raises:
        InvalidSettings: With every fault that was found.
    """
    catalogue = read_catalogue()
    faults: list[SettingsFault] = []
    path, file, layer = None, None, None
    try:
        path, file, layer, found = _read_file(config_path, environ, working_directory)
        faults.extend(found)
    except Unreadable as unreadable:
        faults.append(unreadable.fault)
    names = tuple(layer.branch(("upstreams",))) if layer is not None else ()
    environment = read_environment(environ, catalogue, names)
    options = read_command_line(command_line, catalogue)
    faults.extend((*environment.faults, *options.faults))
    settings = None
    unsafe: tuple[SettingsFault, ...] = ()
    if layer is not None:  # without its file, all the rest would be faults of the one that is told already
        merged = merge(layer, environment.layer, options.layer)
        faults.extend(misplaced_credentials(merged, catalogue))
        faults.extend(unusable_authorities(merged, working_directory))
        faults.extend(unusable_certificate(merged, working_directory))
        layer, found = read_credentials(merged, environ, working_directory, catalogue)
        faults.extend(found)
        settings, found = validate(layer, catalogue)
        faults.extend(found)
        faults.extend(check_together(layer))
        faults.extend(same_key_twice(layer))
        faults.extend(key_inside_the_store(layer, working_directory))
        unsafe = tuple(open_to_strangers(layer, working_directory))
        faults.extend(unsafe if for_serving else ())
    if settings is None or layer is None or faults:
        raise InvalidSettings(_first_of_each(faults), environment.warnings)
    sources = MappingProxyType({dotted(path): source for path, source in layer.sources.items()})
    warnings = (*environment.warnings, *doubtful_certificate(layer, working_directory))
    return Loaded(settings, sources, warnings, file, unsafe, path)


def _read_file(
    config_path: Path | None, environ: Mapping[str, str], working_directory: Path
) -> tuple[Path | None, str | None, Layer, list[SettingsFault]]:
    if config_path is not None:
        source = Source.command_line("--config")
        path = config_path
    elif (named := environ.get(CONFIG_VARIABLE)) is not None:
        source = Source.environment(CONFIG_VARIABLE)
        path = Path(named)
        if not named.strip():
            raise Unreadable(SettingsFault(_FILE, "the path of a YAML file, but the variable is empty", source))
    elif (working_directory / DEFAULT_FILE).exists():
        source = Source.default()
        path = DEFAULT_FILE
    else:
        return None, None, Layer({"upstreams": {"github": {"kind": "github", "mount": "/github"}}}), []
    shown = shown_file(path)
    try:
        text = _read_text(working_directory / path)
    except ValueError as problem:
        raise Unreadable(SettingsFault(_FILE, f"{problem}: {shown}", source)) from None
    layer, faults = read_tree(text, shown)
    layer.sources[()] = Source.yaml(shown)  # what is missing from the file is told with its name
    return working_directory / path, shown, layer, faults


def _read_text(path: Path) -> str:
    try:
        if path.is_dir():
            raise ValueError("a YAML file, but this is a directory")
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        raise ValueError("an existing YAML file, but there is no such file") from None
    except OSError as error:
        raise ValueError(f"a readable YAML file, but: {error.strerror}") from None
    if len(content) > _LARGEST_FILE_BYTES:
        raise ValueError("a YAML file of at most 1 MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("a YAML file in UTF-8") from None


def _first_of_each(faults: Iterable[SettingsFault]) -> tuple[SettingsFault, ...]:
    """One fault for each path and source: what made the first one is behind the others, too."""
    first: dict[tuple[str, Source], SettingsFault] = {}
    for fault in faults:
        first.setdefault((fault.path, fault.source), fault)
    return tuple(first.values())
