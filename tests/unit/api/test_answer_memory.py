"""Answers are given again for as long as all that they were made of holds, and not a moment longer."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.api.answer_memory import AnswerMemory, KnownAnswer
from app.api.written import JsonAnswer
from app.errors import Unreachable

NOW = 1_800_000_000.0
ASKED = (b"/api/v1/repos/acme/rocket", "localhost")
OTHER = (b"/api/v1/repos/acme/dossier", "localhost")
ANSWER = JsonAnswer(b'{"stars":1}')
LARGE = 1_000_000


@dataclass(eq=False)
class FakeSource:
    """A reply that is fresh until it is not, and comes again as it is told to."""

    fresh_until: float = NOW + 60
    born_at: float = NOW
    status: str = "headgate; hit"
    size_bytes: int = 2_000
    made: dict[object, Any] = field(default_factory=dict)
    next: "FakeSource | Exception | None" = None
    asked_again: int = 0
    forms: dict[Hashable, bytes] = field(default_factory=dict)

    def is_fresh(self, now: float) -> bool:
        return now < self.fresh_until

    def distrust(self) -> None:
        raise AssertionError("nobody has read it")

    def derived(self, name: Hashable, make: Callable[[], bytes]) -> bytes:
        if name not in self.forms:
            self.forms[name] = make()
        return self.forms[name]

    async def again(self) -> "FakeSource | None":
        self.asked_again += 1
        if isinstance(self.next, Exception):
            raise self.next
        return self.next


@dataclass
class Container:
    """What handlers would get: a service on the client that is there now."""

    client: object = field(default_factory=object)

    def parts_of(self, name: str) -> list[object]:
        assert name == "repositories"
        return [self.client]

    @property
    def makers(self) -> tuple[tuple[str, tuple[object, ...]], ...]:
        return (("repositories", (self.client,)),)


@pytest.fixture
def container() -> Container:
    return Container()


@pytest.fixture
def memory(container: Container) -> AnswerMemory:
    return AnswerMemory(LARGE, container.parts_of)


def keep(
    memory: AnswerMemory, container: Container, *sources: FakeSource | None, question: tuple[bytes, str] = ASKED
) -> KnownAnswer:
    return memory.kept(question, ANSWER, sources, container.makers)


class TestFresh:
    def test_what_is_kept_is_given_again(self, memory: AnswerMemory, container: Container) -> None:
        source = FakeSource()
        known = keep(memory, container, source)

        assert memory.fresh(ASKED, NOW) is known
        assert (known.answer, known.sources) == (ANSWER, (source,))
        assert memory.fresh(OTHER, NOW) is None

    def test_it_is_not_once_one_reply_is_no_longer_fresh(self, memory: AnswerMemory, container: Container) -> None:
        known = keep(memory, container, FakeSource(NOW + 60), FakeSource(NOW + 10))

        assert memory.fresh(ASKED, NOW + 9) is known
        assert memory.fresh(ASKED, NOW + 10) is None

    def test_an_override_takes_effect_at_once_and_so_does_its_end(
        self, memory: AnswerMemory, container: Container
    ) -> None:
        known = keep(memory, container, FakeSource())
        before, container.client = container.client, object()

        assert memory.fresh(ASKED, NOW) is None
        container.client = before
        assert memory.fresh(ASKED, NOW) is known

    def test_a_service_that_holds_more_than_before_is_another(self, memory: AnswerMemory) -> None:
        client = object()
        memory.kept(ASKED, ANSWER, [FakeSource()], (("repositories", ()),))
        assert memory.fresh(ASKED, NOW) is None
        memory.kept(ASKED, ANSWER, [FakeSource()], (("repositories", (client, client)),))
        assert memory.fresh(ASKED, NOW) is None

    def test_what_was_made_of_something_that_is_not_remembered_is_not_kept(
        self, memory: AnswerMemory, container: Container
    ) -> None:
        for sources in ((), (None,), (FakeSource(), None)):
            known = keep(memory, container, *sources)
            assert known.answer is ANSWER
            assert memory.fresh(ASKED, NOW) is None
        assert (len(memory), memory.size_bytes) == (0, 0)

    def test_a_newer_answer_takes_the_place_of_the_older(self, memory: AnswerMemory, container: Container) -> None:
        keep(memory, container, FakeSource())
        size_bytes = memory.size_bytes
        newer = keep(memory, container, FakeSource())

        assert memory.fresh(ASKED, NOW) is newer
        assert (len(memory), memory.size_bytes) == (1, size_bytes)


class TestRenewed:
    async def test_with_the_same_bodies_the_answer_stands_on_the_new_replies(
        self, memory: AnswerMemory, container: Container
    ) -> None:
        replies = [FakeSource(NOW, next=FakeSource(NOW + 60)) for _ in range(3)]
        keep(memory, container, *replies)

        known = await memory.renewed(ASKED)

        assert known is not None
        assert known.answer is ANSWER
        assert known.sources == tuple(reply.next for reply in replies)
        assert memory.fresh(ASKED, NOW + 59) is known

    @pytest.mark.parametrize("number", [1, 3])
    async def test_one_changed_body_ends_it(self, memory: AnswerMemory, container: Container, number: int) -> None:
        unchanged = [FakeSource(NOW, next=FakeSource()) for _ in range(number - 1)]
        keep(memory, container, *unchanged, FakeSource(NOW, next=None))

        assert await memory.renewed(ASKED) is None
        assert (len(memory), memory.size_bytes) == (0, 0)

    async def test_an_error_goes_up_and_the_answer_stays_for_better_times(
        self, memory: AnswerMemory, container: Container
    ) -> None:
        source = FakeSource(NOW, next=Unreachable("github", "no connection to github"))
        keep(memory, container, source)

        with pytest.raises(Unreachable):
            await memory.renewed(ASKED)
        source.next = FakeSource()
        assert await memory.renewed(ASKED) is not None

    async def test_what_was_never_known_asks_nobody(self, memory: AnswerMemory) -> None:
        assert await memory.renewed(ASKED) is None

    async def test_an_answer_of_another_client_asks_nobody(self, memory: AnswerMemory, container: Container) -> None:
        source = FakeSource(NOW, next=FakeSource())
        keep(memory, container, source)
        container.client = object()

        assert await memory.renewed(ASKED) is None
        assert source.asked_again == 0


class TestBound:
    """In bytes: those of the answers, and those of the replies that an answer keeps from being forgotten."""

    @staticmethod
    def fill(memory: AnswerMemory, container: Container, count: int, size_bytes: int) -> list[tuple[bytes, str]]:
        questions = [(f"/{number}".encode(), "") for number in range(count)]
        for question in questions:
            keep(memory, container, FakeSource(size_bytes=size_bytes), question=question)
        return questions

    @pytest.mark.parametrize("size_bytes", [0, 1_000, 90_000])
    def test_it_holds_however_large_the_replies_are(self, container: Container, size_bytes: int) -> None:
        memory = AnswerMemory(100_000, container.parts_of)

        questions = self.fill(memory, container, 200, size_bytes)

        each = ANSWER.size_bytes + size_bytes
        assert len(memory) == 100_000 // each
        assert memory.size_bytes == len(memory) * each
        kept = [question for question in questions if memory.fresh(question, NOW) is not None]
        assert kept == questions[-len(memory) :], "the last ones"

    def test_what_was_used_stays_longer(self, container: Container) -> None:
        memory = AnswerMemory(10 * ANSWER.size_bytes, container.parts_of)
        first, second, *_ = self.fill(memory, container, 10, 0)
        memory.fresh(first, NOW)

        keep(memory, container, FakeSource(size_bytes=0), question=OTHER)

        assert memory.fresh(first, NOW) is not None
        assert memory.fresh(second, NOW) is None

    def test_what_is_larger_than_all_of_it_is_not_kept(self, container: Container) -> None:
        memory = AnswerMemory(100_000, container.parts_of)

        known = keep(memory, container, FakeSource(size_bytes=100_001))

        assert known.answer is ANSWER
        assert (len(memory), memory.size_bytes) == (0, 0)
