"""The pieces of which header fields are made (RFC 9110 section 5.6)."""

import re

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 -- the RFC's word, no credential
QUOTED_STRING = r'"(?:[^"\\]|\\.){0,1000}+"'  # bounded, so that many quotes without an end cost no quadratic time

is_token = re.compile(TOKEN).fullmatch
unescaped = re.compile(r"\\(.)", re.DOTALL).sub
"""`unescaped(r"\\1", text)`: what is meant by the inside of a quoted string."""

elements = re.compile(rf'(?:{QUOTED_STRING}|[^,"]|")+', re.DOTALL).findall
"""The elements of a list, the space around them included. A comma inside quotes is none; a quote without an end is a
character like any other, so that what follows the next comma is read as usual.
"""
