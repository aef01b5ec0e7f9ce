"""Answers that were made before: kept with the replies they were made of, and given again while those hold.

An answer is a function of what was asked, of the objects that made it, and of what the upstreams replied. As long as
all three are the same it need not be decoded, validated, ranked and encoded again; the replies themselves are asked
whether they are (`Source` in app/call.py). So one mechanism serves an answer made of one reply and one made of ten, and
no service knows of it. ADR 10 tells why it is not the model that is kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from app.api.written import WrittenAnswer
from app.call import Source

Question = tuple[bytes, str]
"""What is asked, to the letter (`EdgeRequest.question`)."""

Makers = tuple[tuple[str, tuple[object, ...]], ...]
"""Who made an answer: the names of the injected services, each with the objects that it holds."""


class KnownAnswer:
    """An answer, what it was made of, and by whom.

    Attributes:
        path: By which it was asked, as log lines have it.
        route: The template of that route.
        size_bytes: About what it keeps in memory. The replies count: mostly the cache has them too, but what it drops
            stays for as long as an answer stands on it.
    """

    __slots__ = ("answer", "makers", "path", "route", "size_bytes", "sources")

    def __init__(
        self, answer: WrittenAnswer, sources: Sequence[Source], makers: Makers, route: str = "-", path: str = "-"
    ) -> None:
        self.answer = answer
        self.route = route
        self.path = path
        self.sources = tuple(sources)
        self.makers = makers
        self.size_bytes = answer.size_bytes + sum(source.size_bytes for source in self.sources)


class AnswerMemory:
    """The answers that this worker knows, the last used last; bounded in bytes."""

    def __init__(self, max_bytes: int, parts_of: Callable[[str], Iterable[object]]) -> None:
        """Besides the bound.

        Args:
            parts_of: Which objects the service would be given that a handler gets under a name: another client in the
                container makes every answer of the former one unusable.
        """
        self._max_bytes = max_bytes
        self._parts_of = parts_of
        self._bytes = 0
        self._known: OrderedDict[Question, KnownAnswer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    @property
    def size_bytes(self) -> int:
        """About what the answers take."""
        return self._bytes

    def fresh(self, question: Question, now: float) -> KnownAnswer | None:
        """The answer to `question` where all that it was made of is fresh. On the path of every hit."""
        known = self._known.get(question)
        if known is None or not self._is_made_alike(known):
            return None
        for source in known.sources:
            if not source.is_fresh(now):
                return None
        self._known.move_to_end(question)
        return known

    async def renewed(self, question: Question) -> KnownAnswer | None:
        """The answer to `question` after its replies were asked for again, where each still has the same body.

        Raises:
            HeadgateError: One of them could not be had.
        """
        known = self._known.get(question)
        if known is None or not self._is_made_alike(known):
            return None
        first, *more = known.sources
        sources = [await first.again()] if not more else await asyncio.gather(*(each.again() for each in known.sources))
        if (whole := [source for source in sources if source is not None]) and len(whole) == len(sources):
            return self.kept(question, known.answer, whole, known.makers, known.route, known.path)
        self._forget(question)
        return None

    def kept(
        self,
        question: Question,
        answer: WrittenAnswer,
        sources: Sequence[Source | None],
        makers: Makers,
        route: str = "-",
        path: str = "-",
    ) -> KnownAnswer:
        """Keeps an answer, where it was made of nothing but what the cache remembers; the least recently used make room.

        Args:
            question: What was asked.
            answer: How it was answered.
            sources: The replies that it was made of; none where it was made of something else.
            makers: Who made it.
            route: The template of the route that it was asked by.
            path: The path of the URL.
        """
        remembered = tuple(source for source in sources if source is not None)
        known = KnownAnswer(answer, remembered, makers, route, path)
        if remembered and len(remembered) == len(sources):
            self._forget(question)
            self._known[question] = known
            self._bytes += known.size_bytes
            while self._bytes > self._max_bytes:
                self._forget(next(iter(self._known)))
        return known

    def _forget(self, question: Question) -> None:
        known = self._known.pop(question, None)
        if known is not None:
            self._bytes -= known.size_bytes

    def _is_made_alike(self, known: KnownAnswer) -> bool:
        for name, parts in known.makers:
            for now in self._parts_of(name):
                for part in parts:
                    if part is now:
                        break
                else:
                    return False
        return True
