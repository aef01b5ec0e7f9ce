"""How an upstream takes the gateway's credential, and what of it a mount offers to callers."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, PlainValidator, SecretStr, WithJsonSchema

from app.settings.faults import SettingsFault
from app.settings.masking import shown_path
from app.settings.section import Section
from app.settings.tree import Layer, SettingPath
from app.settings.values import Expected, Word, route_pattern

_is_field_name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}").fullmatch
_is_scheme = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}").fullmatch
_is_method = re.compile(r"[A-Z][A-Z0-9._-]{0,31}").fullmatch
_is_text = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+").fullmatch
_is_user = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff:]{0,256}").fullmatch
_is_visible = re.compile(r"[\x21-\x7e]+").fullmatch
_OF_A_MESSAGE: Final = frozenset(
    {"accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host"}
    | {"keep-alive", "proxy-authorization", "proxy-connection", "range", "te", "trailer", "transfer-encoding"}
    | {"upgrade", "via"}
)
"""What a message says of itself or of its way: a credential in its place would break it."""

_FIELD: Final = "the name of a header field that is free for it, such as X-Api-Key"
_SCHEME: Final = "one word of letters, digits and dashes, such as Token"
_USER: Final = "the name of a user: one line of text without a colon"
_LINE: Final = "a credential: one line of text, in quotes if it is all digits"
_VISIBLE: Final = "a credential: one word of visible ASCII characters, as it is sent in a header field"
_METHODS: Final = "a list of methods in capitals, such as [GET, POST]"
_PATHS: Final = "a list of patterns over the paths below base_url, such as ['repos/acme/**']"
_LIST_OF_TEXT: Final = WithJsonSchema({"type": "array", "items": {"type": "string"}})


def _matching(is_one: Any, expected: str) -> AfterValidator:
    def check(text: str) -> str:
        if not is_one(text):
            raise ValueError(expected)
        return text

    return AfterValidator(check)


def _field_name(text: str) -> str:
    if not _is_field_name(text) or text.lower() in _OF_A_MESSAGE:
        raise ValueError(_FIELD)
    return text


def _secret(secret: SecretStr) -> SecretStr:
    if not _is_text(secret.get_secret_value()):
        raise ValueError(_LINE)
    return secret


def _texts(written: object, expected: str) -> tuple[str, ...]:
    texts = written if isinstance(written, list | tuple) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(expected)
    return tuple(texts)


def _methods(written: object) -> tuple[str, ...]:
    methods = _texts(written, _METHODS)
    if not all(map(_is_method, methods)):
        raise ValueError(_METHODS)
    return methods


def _paths(written: object) -> tuple[str, ...]:
    paths = _texts(written, _PATHS)
    if not paths:
        raise ValueError(_PATHS)
    return tuple(map(route_pattern, paths))


FieldName = Annotated[str, AfterValidator(_field_name), Expected(_FIELD)]
Scheme = Annotated[str, _matching(_is_scheme, _SCHEME), Expected(_SCHEME)]
UserName = Annotated[str, _matching(_is_user, _USER), Expected(_USER)]
Secret = Annotated[SecretStr, AfterValidator(_secret), Expected(_LINE)]
Methods = Annotated[tuple[str, ...], PlainValidator(_methods), Expected(_METHODS), _LIST_OF_TEXT]
Paths = Annotated[tuple[str, ...], PlainValidator(_paths), Expected(_PATHS), _LIST_OF_TEXT]


class Credential(Section):
    """How upstream takes a credential: in a header field, as a user's password, or in the query. The token itself stands
    in `token` or `token_file`. What callers bring in the same form is taken for theirs.
    """

    header: FieldName | None = Field(
        default=None,
        description="The header field that holds the token, alone if there is no scheme; null: Authorization.",
    )
    scheme: Scheme | None = Field(
        default=None,
        description="A word before the token there (`Token …`); null: `Bearer`, or none in a field named here.",
    )
    basic_user: UserName | None = Field(
        default=None, description="The user whose password the token is (RFC 7617, in UTF-8); it may be empty."
    )
    query: Word | None = Field(
        default=None,
        description="The parameter of the query that holds the token. It is added next to the wire and never shown; where "
        "upstream repeats it in a reply it is masked.",
    )


class Offer(Section):
    """Some paths of an upstream, and the methods by which callers of its mount may ask for them."""

    methods: Methods = Field(default=(), description="By these, and HEAD where GET is one; none: by all.")
    paths: Paths = Field(
        default=("**",),
        description="These, without their query: `*` stands for characters of one step, `**` for any, `{sha}` for a full "
        "SHA. A path that could be read in several ways has to fit in each.",
    )


def contradictory_credentials(layer: Layer) -> Iterator[SettingsFault]:
    """Faults for a credential that would be sent in two ways, or cannot be sent in the one that is chosen."""
    for name in layer.branch(("upstreams",)):
        upstream = ("upstreams", name)
        here = (*upstream, "credential")
        form = layer.branch(here)
        ways = [way for way in ("header", "scheme", "basic_user", "query") if form.get(way) is not None]
        for other in ways[1:]:
            if not {ways[0], other} <= {"header", "scheme"}:
                yield _either(layer, (*here, ways[0]), (*here, other))
        path = (*upstream, "token")
        in_a_field = layer.at((*upstream, "kind")) == "http" and {"basic_user", "query"}.isdisjoint(ways)
        if in_a_field and isinstance(token := layer.at(path), str) and _is_text(token) and not _is_visible(token):
            yield SettingsFault(shown_path(path), _VISIBLE, layer.source_of(path))


def offers_without_a_mount(layer: Layer) -> Iterator[SettingsFault]:
    """Faults for limits of what is offered nowhere: whoever wrote them believes something to be limited."""
    for name in layer.branch(("upstreams",)):
        path = ("upstreams", name, "allow")
        if layer.at(path) and layer.at(("upstreams", name, "mount")) is None:
            expected = "a mount beside it: it says what callers of that may ask for, and limits nothing else"
            yield SettingsFault(shown_path(path), expected, layer.source_of(path))


def _either(layer: Layer, one: SettingPath, other: SettingPath) -> SettingsFault:
    expected = f"either {one[-1]} or {other[-1]}, but {one[-1]} is given, too ({layer.source_of(one)})"
    return SettingsFault(shown_path(other), expected, layer.source_of(other))
