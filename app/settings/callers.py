"""Who may ask: keys, in this file or in one of their own."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, PlainValidator, SecretStr, WithJsonSchema, field_validator

from app.callers import entry
from app.callers.caller import KEY_PREFIX
from app.callers.rates import EXPECTED_RATE, parse_rate
from app.callers.scope import EXPECTED_RULE, parse_rule
from app.settings.moments import EXPECTED_MOMENT, moment_of
from app.settings.section import Section
from app.settings.values import CallerClass, Count, Expected, FilePath, Flag

HASH_AND_NO_KEY: Final = (
    "the SHA-256 of a key, never a key itself (`headgate keys hash` makes one of the other; whoever has read this file knows "
    "what stands here: make a new key)"
)
_HASH: Final = "the SHA-256 of a key, 64 hexadecimal digits in quotes, as `headgate keys hash` prints it"
_RULES: Final = f"a list of rules, each of {EXPECTED_RULE}"
_HASHES: Final = "at least one hash of a key, as `headgate keys hash` prints it: hashes: [{sha256: '…'}]"
_is_hash = re.compile(r"[0-9a-f]{64}").fullmatch


def _name(text: str) -> str:
    if not entry.is_name(text):
        raise ValueError(entry.EXPECTED_NAME)
    return text


def _sha256(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if text.startswith(KEY_PREFIX):
        raise ValueError(HASH_AND_NO_KEY)
    if not _is_hash(text):
        raise ValueError(_HASH)
    return secret


def _readable(read: Callable[[str], object]) -> AfterValidator:
    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


def _rules(written: object) -> tuple[str, ...]:
    if not isinstance(written, list | tuple) or not all(isinstance(text, str) for text in written):
        raise ValueError(_RULES)
    for text in written:
        parse_rule(text)
    return tuple(written)


KeyName = Annotated[str, AfterValidator(_name), Expected(entry.EXPECTED_NAME)]
Sha256 = Annotated[SecretStr, AfterValidator(_sha256), Expected(_HASH)]
Moment = Annotated[str, _readable(moment_of), Expected(EXPECTED_MOMENT)]
RateText = Annotated[str, _readable(parse_rate), Expected(EXPECTED_RATE)]
Rules = Annotated[
    tuple[str, ...],
    PlainValidator(_rules),
    Expected(_RULES),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
]


class KeyHash(Section):
    """One key of a caller: its hash."""

    sha256: Sha256 = Field(description="The SHA-256 of the key. Nobody finds the key by it.")
    created: Moment | None = Field(default=None, description="When it was made, for people.")
    expires: Moment | None = Field(default=None, description="From when on it is good no more; null: never.")


class CallerKey(Section):
    """A caller who has a key, and what it may be used for."""

    hashes: tuple[KeyHash, ...] = Field(
        strict=False,  # YAML knows no tuples; what is in it stays strict
        description="Its keys: one, or several while they are changed.",
    )
    urgency: CallerClass | None = Field(
        default=None,
        alias="class",
        description="The highest class its requests may have, and the one they have where they say nothing; null: any, and "
        "`server.caller_class`.",
    )
    operator: Flag = Field(
        default=False, description="Whether it may do what only who runs the gateway may, such as to purge the cache."
    )
    allow: Rules = Field(
        default=(),
        description="What it may ask for: `GET /api/v1/**`, `* /github/**`, or without a first slash, at every mount and in "
        "/api/v1, `repos/acme/**`; without a method: GET and HEAD. None: everything, where the gateway's credential only "
        "reads. Methods that are named here may write with it.",
    )
    deny: Rules = Field(
        default=(), description="What it may not, in whatever writing, and without a method by any. It wins."
    )
    rate: RateText | None = Field(
        default=None, description="How often it may ask, on all workers together; null: no limit."
    )
    daily_points: Count | None = Field(
        default=None,
        description="How many points of the upstreams' quotas it may spend in a day (UTC); answers from the cache cost "
        "none. Null: no limit.",
    )

    @field_validator("hashes")
    @classmethod
    def _at_least_one(cls, hashes: tuple[KeyHash, ...]) -> tuple[KeyHash, ...]:
        if not hashes:
            raise ValueError(_HASHES)
        return hashes


class Callers(Section):
    """Who may ask, for what, and how often."""

    keys: Mapping[KeyName, CallerKey] = Field(
        default_factory=dict,
        description="Callers who have a key, each under a name of your choice that logs, metrics and usage show. As soon as "
        "there is one, here or in key_file, nobody is served without.",
    )
    key_file: FilePath = Field(
        default=Path("var/keys.yaml"),
        description="The file of the keys that `headgate keys` makes (hashes only). Re-read when it changes; it may be missing.",
    )
    open_to_all: Flag = Field(
        default=False,
        description="Whether, as long as there are no keys, whoever reaches the gateway from elsewhere may read with its "
        "credentials. Otherwise it does not start on another address than this machine's own.",
    )
