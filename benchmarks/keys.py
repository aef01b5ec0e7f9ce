"""Which URLs wrk asks for: Lua for its `-s`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """What stands in the place of `{}` in a path.

    Attributes:
        name: For a table.
        script: For wrk; empty: the path is asked for as it is. Takes the path and the header fields from wrk's
            arguments.
    """

    name: str
    script: str = ""

    def first(self, path: str) -> str:
        """One of the URLs' paths."""
        return path.format("rocket")


ONE = Keys("one key")


def ring(count: int) -> Keys:
    """`count` keys, one after the other and then again."""
    return Keys(
        f"{count:,} keys",
        f"""
local questions, at = {{}}, 0
function init(args)
  local before, after = args[1], args[2]
  for number = 1, {count} do
    questions[number] = "GET " .. before .. "r" .. number .. after ..
      " HTTP/1.1\\r\\nHost: " .. wrk.host .. ":" .. wrk.port .. "\\r\\n" .. args[4] .. "\\r\\n"
  end
end
function request()
  at = at % {count} + 1
  return questions[at]
end
""",
    )


NEW = Keys(
    "a new key each time",
    """
local before, after, number = "", "", 0
function init(args)
  before = "GET " .. args[1] .. "n" .. args[3] .. "x"
  after = args[2] .. " HTTP/1.1\\r\\nHost: " .. wrk.host .. ":" .. wrk.port .. "\\r\\n" .. args[4] .. "\\r\\n"
end
function request()
  number = number + 1
  return before .. number .. after
end
""",
)
"""No two alike, not even in two rounds (the third argument is the round's)."""
