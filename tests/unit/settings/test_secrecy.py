"""A secret appears nowhere, whatever field it was put in by mistake."""

import io
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli import config
from app.settings import InvalidSettings, load_settings
from app.settings.catalogue import ITEM, Catalogue, read_catalogue
from app.settings.masking import MASK, shown_file, shown_key, shown_variable, without_userinfo

ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
BODIES = st.text(ALPHABET, min_size=24, max_size=60)
TOKENS = st.builds(
    "{}{}".format,
    st.sampled_from(["ghp_", "gho_", "ghs_", "github_pat_", "EAA", "sk-", "Bearer ", "glpat-", "hg_"]),
    BODIES,
)
CATALOGUE: Catalogue = read_catalogue()
PATHS = [
    *sorted(CATALOGUE.paths(("one",))),
    *(
        (*path[:2], "one", *path[3:])
        for path in CATALOGUE.settings
        if path[:2] == ("callers", "keys") and ITEM not in path
    ),
    ("server",),
    ("upstreams", "one"),
    ("upstreams", "one", "pool"),
    ("nothing",),
]
SHAPES = st.sampled_from(["{}", "http://{}/", "http://x/{}", "http://u:{}@x/", "/{}", "{} ", "x\n{}", "[{}]"])


def everything_seen(tree: dict[str, object], environ: dict[str, str]) -> Iterator[str]:
    """What people could see of loading this: fault lines, the exception and its traceback, listings, repr."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "x.yaml").write_text(yaml.safe_dump(tree))
        try:
            loaded = load_settings(config_path=Path("x.yaml"), environ=environ, working_directory=place)
        except InvalidSettings as error:
            yield from map(str, error.faults)
            yield from error.warnings
            yield f"{error!s} {error!r} {error.args} {error.__cause__!r} {error.__context__!r}"
            yield "".join(traceback.format_exception(error))
        else:
            yield repr(loaded)
            yield str(loaded.settings)
            yield loaded.settings.model_dump_json()
            yield f"{loaded.settings.model_dump()}"
        for as_json in (False, True):
            output = io.StringIO()
            config.show(
                config_path=Path("x.yaml"), environ=environ, working_directory=place, as_json=as_json,
                output=output, errors=output,
            )  # fmt: skip
            yield output.getvalue()
        output = io.StringIO()
        config.check(config_path=Path("x.yaml"), environ=environ, working_directory=place, output=output, errors=output)
        yield output.getvalue()


def tree_with(path: tuple[str, ...], value: object, kind: str) -> dict[str, object]:
    tree: dict[str, object] = {"upstreams": {"one": {"kind": kind, "base_url": "https://x/"}}}
    here = tree
    for key in path[:-1]:
        below = here.setdefault(key, {})
        assert isinstance(below, dict)
        here = below
    here[path[-1]] = value
    return tree


@settings(max_examples=150, deadline=None)
@given(
    token=TOKENS, path=st.sampled_from(PATHS), shape=SHAPES, kind=st.sampled_from(["github", "facebook", "http", "?"])
)
def test_a_token_in_any_field_of_the_file(token: str, path: tuple[str, ...], shape: str, kind: str) -> None:
    for seen in everything_seen(tree_with(path, shape.format(token), kind), {}):
        assert token.removeprefix("Bearer ") not in seen


@settings(max_examples=100, deadline=None)
@given(token=TOKENS, path=st.sampled_from([path for path in PATHS if len(path) > 1]), shape=SHAPES)
def test_a_token_in_any_variable(token: str, path: tuple[str, ...], shape: str) -> None:
    environ = {"HEADGATE_" + "__".join(path).upper(): shape.format(token)}
    tree: dict[str, object] = {"upstreams": {"one": {"kind": "github"}}}
    for seen in everything_seen(tree, environ):
        assert token.removeprefix("Bearer ") not in seen


@settings(max_examples=100, deadline=None)
@given(
    body=BODIES, path=st.sampled_from(PATHS), shape=SHAPES, kind=st.sampled_from(["github", "facebook", "http", "?"])
)
def test_a_secret_without_any_form_shows_in_no_fault(body: str, path: tuple[str, ...], shape: str, kind: str) -> None:
    secret = f"SECRET{body}"
    setting = CATALOGUE.setting(path)
    tree = tree_with(path, shape.format(secret), kind)
    shown = list(everything_seen(tree, {}))
    valid = any(text.startswith("configuration is valid") for text in shown)
    # A word that is a valid path or host is one: nobody can tell. But it is then never in a fault or a field for secrets.
    # A proxy's host is no secret, only the user and password before it are.
    if not valid or setting is None or (setting.secret and path[-1] != "proxy"):
        for seen in shown:
            assert secret not in seen


@settings(max_examples=60, deadline=None)
@given(body=BODIES, path=st.sampled_from([path for path in PATHS if path[-1] != "token"]))
def test_a_known_secret_is_found_in_any_other_field(body: str, path: tuple[str, ...]) -> None:
    tree = tree_with(path, body, "github")
    upstreams = tree["upstreams"]
    if isinstance(upstreams, dict) and isinstance(upstreams["one"], dict):
        upstreams["one"]["token"] = body
    for seen in everything_seen(tree, {}):
        assert body not in seen


@settings(max_examples=25, deadline=None)
@given(token=TOKENS)
def test_a_token_as_a_key_a_variable_or_a_file(token: str) -> None:
    for seen in everything_seen(
        {token: 1, "upstreams": {token: {token: 1}}}, {f"HEADGATE_SERVER__{token}": "1", f"HEADGATE_{token}": "1"}
    ):
        assert token not in seen
    with pytest.raises(InvalidSettings) as caught:
        load_settings(config_path=Path(token), environ={}, working_directory=Path("/nonexistent"))
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://proxy:3128", "http://proxy:3128"),
        ("http://u:p@proxy:3128/", f"http://{MASK}@proxy:3128/"),
        ("http://u:p@q@proxy/", f"http://{MASK}@proxy/"),
        ("http://u:p/x@proxy/", MASK),
        ("http://@proxy/", MASK),
        ("http://[x", MASK),
    ],
)
def test_user_and_password_of_a_url(url: str, shown: str) -> None:
    assert without_userinfo(url) == shown


def test_names_and_files_are_shown_unless_they_may_be_secrets() -> None:
    assert shown_key("read_seconds") == "read_seconds"
    assert shown_key("a" * 33) == shown_key("a\nb") == "(a key that is not shown)"
    assert shown_variable("HEADGATE_SERVER__PORT") == "HEADGATE_SERVER__PORT"
    assert shown_variable("HEADGATE_SERVER__" + "a" * 33) == "HEADGATE_SERVER__…"
    assert shown_file("/etc/x.yaml") == "/etc/x.yaml"
    assert shown_file("a\nb") == "(a path that is not shown)"
