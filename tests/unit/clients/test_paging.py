import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.paging import Page, links


class Book:
    """A list in pages, and how often it was opened."""

    def __init__(self, *pages: tuple[int, ...]) -> None:
        self._pages = pages
        self.turned: list[str] = []

    async def turn(self, there: str) -> Page[int]:
        self.turned.append(there)
        return self.page(int(there))

    def page(self, number: int) -> Page[int]:
        last = len(self._pages) - 1
        return Page(
            self._pages[number],
            self.turn,
            next=str(number + 1) if number < last else None,
            previous=str(number - 1) if number else None,
        )


class TestPage:
    async def test_the_last_page_is_followed_by_none(self) -> None:
        book = Book((1, 2))

        assert await book.page(0).following() is None
        assert book.turned == []

    async def test_each_gives_all_items_and_turns_no_page_too_early(self) -> None:
        book = Book((1, 2), (), (3,))
        seen = [(item, list(book.turned)) async for item in book.page(0).each()]

        assert seen == [(1, []), (2, []), (3, ["1", "2"])]

    async def test_each_may_be_left_early(self) -> None:
        book = Book((1, 2), (3,))
        async for item in book.page(0).each():
            if item == 2:
                break

        assert book.turned == []

    def test_two_pages_with_the_same_content_are_equal(self) -> None:
        assert Book((1,)).page(0) == Book((1,)).page(0)
        assert "turn" not in repr(Book((1,)).page(0))


class TestLinks:
    """RFC 8288, section 3, as GitHub and as others write it."""

    @pytest.mark.parametrize(
        ("field", "found"),
        [
            ("", {}),
            ('<https://x.example/?page=2>; rel="next"', {"next": "https://x.example/?page=2"}),
            ('<a>; rel="next", <b>; rel="last"', {"next": "a", "last": "b"}),
            ("<a>; rel=next,<b>;rel=prev", {"next": "a", "prev": "b"}),
            ('<a,b;c>; rel="next"', {"next": "a,b;c"}),
            ('<a>; REL="Next"', {"next": "a"}),
            ('<a>; rel="next last"', {"next": "a", "last": "a"}),
            ('<a>; rel="next", <b>; rel="next"', {"next": "a"}),
            ('<a>; title="x, <y>; rel=prev"; rel="next"', {"next": "a"}),
            ('<a>; title="rel=prev"; rel="next"', {"next": "a"}),
            ('<a> ; crossorigin ; rel = "next"', {"next": "a"}),
            ('<a>; rel=""', {}),
            ("<a>; rel", {}),
            ("<a>", {}),
            ("a; rel=next", {}),
            ('<a>; xrel="next"', {}),
            ('<>; rel="next"', {"next": ""}),
            ('<a>; title="say \\"hi\\"; rel=prev"; rel="next"', {"next": "a"}),
            ('<a>; title="; rel=prev"; rel="next"', {"next": "a"}),
            ('<a>; rel="prev"; rel="next"', {"prev": "a"}),
        ],
    )
    def test_are_read(self, field: str, found: dict[str, str]) -> None:
        assert links(field) == found

    @given(st.text(alphabet='<>;,="rel next\\\t ab', max_size=60))
    def test_no_field_is_an_error(self, field: str) -> None:
        assert all(isinstance(url, str) for url in links(field).values())

    def test_a_long_field_of_nothing_takes_no_time(self) -> None:
        assert links("<a>" + "; a" * 20_000 + "<") == {}
        assert links("<" * 50_000) == {}
        assert links("<a>" + " ;" * 20_000) == {}

    @given(
        st.dictionaries(
            st.sampled_from(["next", "prev", "first", "last"]),
            st.text(alphabet=st.characters(exclude_characters="<>", codec="ascii"), min_size=1, max_size=30),
        )
    )
    def test_what_was_written_is_read_again(self, written: dict[str, str]) -> None:
        field = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in written.items())

        assert links(field) == written
