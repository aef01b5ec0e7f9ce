"""Dictionaries of structured fields (RFC 9651 section 3.2), as far as cache directives need them."""

import re
from collections.abc import Iterable, Mapping

_KEY = r"[a-z*][a-z0-9_.*-]*"
_BARE = (
    r"(?:-?[0-9]{1,12}\.[0-9]{1,3}|-?[0-9]{1,15}"
    r'|"(?:[ !#-\[\]-~]|\\["\\])*"'
    r"|[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*"
    r"|:[A-Za-z0-9+/=]*:"
    r"|\?[01]"
    r"|@-?[0-9]{1,15})"
)
_PARAMETERS = rf"(?:; *{_KEY}(?:={_BARE})?)*"
_ITEM = _BARE + _PARAMETERS
_LIST = rf"\( *(?:{_ITEM}(?: +{_ITEM})*)? *\)"
_member = re.compile(rf"(?P<key>{_KEY})(?:=(?P<value>{_BARE}|{_LIST}))?{_PARAMETERS}").match
_comma = re.compile(r"[ \t]*,[ \t]*").match


def parse_dictionary(lines: Iterable[str]) -> Mapping[str, str | None] | None:
    """The members of a dictionary, each as it is written (strings with their quotes); None: a bare key, which is true.

    Parameters are left out. Of a repeated key the last counts. The whole is None where it is empty or malformed: a
    structured field is valid as a whole or not there at all.
    """
    text = ", ".join(lines).strip(" ")
    members: dict[str, str | None] = {}
    at = 0
    while member := _member(text, at):
        members[member["key"]] = member["value"]
        at = member.end()
        if at == len(text):
            return members
        if (comma := _comma(text, at)) is None:
            return None
        at = comma.end()
    return None
