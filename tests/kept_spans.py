"""Keeps spans instead of exporting them."""

from app.spans.span import Span


class KeptSpans:
    """In the order in which they ended.

    Attributes:
        kept: The spans.
        is_closed: Whether it was closed.
    """

    def __init__(self) -> None:
        self.kept: list[Span] = []
        self.is_closed = False

    def ended(self, span: Span) -> None:
        self.kept.append(span)

    def close(self) -> None:
        self.is_closed = True

    def named(self, name: str) -> Span:
        """The only one with this name."""
        (found,) = (span for span in self.kept if span.name == name)
        return found

    def way_up(self, span: Span) -> list[str]:
        """The names of those that it was done for, nearest first."""
        by_id = {each.trace.span_id: each for each in self.kept}
        names = []
        above = by_id.get(span.trace.parent_id)
        while above is not None:
            names.append(above.name)
            above = by_id.get(above.trace.parent_id)
        return names
