"""URLs in JSON lead elsewhere, and no byte beside them is another: for any document, however it is written."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.rewriting.json_urls import JsonUrls
from app.transport.dialect import UrlFields
from tests.unit.services.rewriting.documents import BASES, BY, FIELDS, Writer, documents, usual_documents

URLS = JsonUrls(FIELDS, BASES)
API, THERE = "https://api.github.com", "http://gateway:8000/github"
randoms = st.randoms(use_true_random=False)


def replaced(content: str) -> str:
    return URLS.replaced(content.encode(), BY).decode()


class TestAnyDocument:
    @settings(max_examples=300)
    @given(documents, randoms)
    def test_what_should_differ_does_and_no_other_byte(self, document: Any, random: Any) -> None:
        written = Writer(random.randrange).write(document)
        json.loads(written.before)  # or the test would be of something else

        after = URLS.replaced(written.before, BY)

        assert after == written.after
        if not written.replaced:
            assert after is written.before

    @settings(max_examples=200)
    @given(st.one_of(documents, usual_documents), st.sampled_from([b"", b" "]))
    def test_as_upstreams_write_it(self, document: Any, after_colon: bytes) -> None:
        written = Writer(lambda _: 0, after_colon).write(document)
        assert URLS.replaced(written.before, BY) == written.after

    @given(usual_documents, randoms)
    def test_as_upstreams_write_it_but_for_slashes_and_white_space(self, document: Any, random: Any) -> None:
        written = Writer(random.randrange).write(document)
        assert URLS.replaced(written.before, BY) == written.after

    @given(documents, randoms)
    def test_in_any_order_of_bases(self, document: Any, random: Any) -> None:
        written = Writer(random.randrange).write(document)
        backwards = JsonUrls(FIELDS, BASES[::-1])
        assert backwards.replaced(written.before, BY[::-1]) == written.after

    @given(documents, randoms)
    def test_what_is_replaced_is_not_replaced_once_more(self, document: Any, random: Any) -> None:
        """A gateway that lies below its own upstream's base, or is another upstream of its own."""
        inside = (BASES[1].encode() + b"/gateway", BASES[2].encode(), BASES[0].encode())
        written = Writer(random.randrange, by=inside).write(document)
        assert URLS.replaced(written.before, inside) == written.after
        usual = Writer(lambda _: 0, b"", inside).write(document)
        assert URLS.replaced(usual.before, inside) == usual.after

    @given(st.binary(max_size=200) | st.lists(st.sampled_from([b'"url":"', b'"_links":{', b'"payload":[', b'"', b"\\",
           BASES[0].encode(), b"/", b"}", b"]", b"{"]), max_size=12).map(b"".join))  # fmt: skip
    def test_what_is_no_json_makes_no_error(self, content: bytes) -> None:
        URLS.replaced(content, BY)


class TestWhatIsReplaced:
    @pytest.mark.parametrize(
        "rest", ["", "/", "/repos/acme/rocket", "{/sha}", "?page=2", "#top", "/x{?name,label}", "/x\\u0026y", "\\/x"]
    )
    @pytest.mark.parametrize("name", ["url", "git_url", "_url", "comments_url"])
    def test_a_value_that_begins_with_the_base(self, name: str, rest: str) -> None:
        assert replaced(f'{{"{name}":"{API}{rest}"}}') == f'{{"{name}":"{THERE}{rest}"}}'

    @pytest.mark.parametrize(
        "value",
        [
            "https://api.github.com.evil.example/x",
            "https://api.github.com:443/x",
            "https://api.github.com@evil.example/",
            "http://api.github.com/x",
            "https://API.github.com/x",
            "https://github.com/acme",
            " https://api.github.com/x",
            "see https://api.github.com/x",
            "https://apixgithub.com/x",
            "https://ghe.example:8443/api/v30/x",
            "https://ghe.example:8443/api/v",
        ],
    )
    def test_no_other(self, value: str) -> None:
        content = json.dumps({"url": value}).encode()
        assert URLS.replaced(content, BY) is content

    @pytest.mark.parametrize(
        "name", ["html_url", "target_url", "body", "urls", "URL", "url_template", "curl", "href", "self"]
    )
    def test_no_other_name(self, name: str) -> None:
        content = json.dumps({name: f"{API}/x"}).encode()
        assert URLS.replaced(content, BY) is content

    @pytest.mark.parametrize(
        "text",
        [
            f'"url":"{API}/x"',
            f'","url":"{API}/x","x":"',
            f'\\","url":"{API}/x',
            f'{{"url": "{API}/x"}}',
            f'"_links":{{"self":{{"href":"{API}/x"}}}}',
            f'{API}/x","url":"{API}/y',
        ],
    )
    def test_no_text(self, text: str) -> None:
        """However JSON is nested in a text of JSON."""
        for _ in range(3):
            content = json.dumps({"body": text, text: "x", "list": [text, {text: text}]}).encode()
            assert URLS.replaced(content, BY) is content
            text = json.dumps(text)

    def test_each_base_leads_to_its_own_place(self) -> None:
        content = json.dumps({"url": f"{BASES[0]}/a", "a_url": f"{BASES[1]}/b", "b_url": f"{BASES[2]}/c{{?name}}"})
        assert json.loads(replaced(content)) == {
            "url": "http://gateway:8000/github/a",
            "a_url": "https://gw.example/g/ghe/b",
            "b_url": "/uploads/c{?name}",
        }


class TestLinks:
    @pytest.mark.parametrize(
        "links",
        [
            {"self": {"href": f"{API}/a"}},
            {"self": f"{API}/a"},
            {"self": {"href": f"{API}/a", "type": "x"}, "git": f"{API}/b"},
            {"items": [{"href": f"{API}/a"}, {"href": f"{API}/b{{/c}}"}]},
            {"self": {"url": f"{API}/a"}},
            [{"rel": "self", "href": f"{API}/a"}],
        ],
    )
    def test_are_replaced(self, links: Any) -> None:
        content = json.dumps({"title": "x", "_links": links, "body": f"{API}/text"})
        assert json.loads(replaced(content)) == json.loads(
            content.replace(f"{API}/a", f"{THERE}/a").replace(f"{API}/b", f"{THERE}/b")
        )

    @pytest.mark.parametrize(
        "links", [{"self": {"title": f"{API}/a"}}, {"html_url": f"{API}/a"}, [f"{API}/a"], {"a": {"b": [f"{API}/a"]}}]
    )
    def test_nothing_else_in_them(self, links: Any) -> None:
        content = json.dumps({"_links": links}).encode()
        assert URLS.replaced(content, BY) is content

    def test_end_where_they_end(self) -> None:
        content = json.dumps({"_links": {"a": {"b": {"c": [{}]}}, "x": '}}"]'}, "href": f"{API}/x", "url": f"{API}/y"})
        assert json.loads(replaced(content)) == {**json.loads(content), "url": f"{THERE}/y"}


class TestForeign:
    @pytest.mark.parametrize("name", FIELDS.foreign)
    @pytest.mark.parametrize(
        "own",
        [
            {"url": f"{API}/x"},
            [{"url": f"{API}/x"}, [[{"a_url": f"{API}/x"}]]],
            {"deep": {"er": {"url": f"{API}/x"}}, "text": '}]"\\'},
            {"_links": {"self": {"href": f"{API}/x"}}},
            {},
        ],
    )
    def test_data_stays_as_it_is(self, name: str, own: Any) -> None:
        content = json.dumps({"url": f"{API}/a", name: own, "b_url": f"{API}/b"})
        assert json.loads(replaced(content)) == {"url": f"{THERE}/a", name: own, "b_url": f"{THERE}/b"}

    def test_a_text_under_such_a_name_is_just_a_text(self) -> None:
        content = json.dumps({"payload": f'{{"url":"{API}/x"}}', "url": f"{API}/a"})
        assert json.loads(replaced(content))["url"] == f"{THERE}/a"

    def test_what_only_ends_so_is_another_name(self) -> None:
        content = json.dumps({'my "payload': {"url": f"{API}/a"}, "the_payload": {"url": f"{API}/b"}})
        assert replaced(content).count(THERE) == 2


class TestNames:
    @pytest.mark.parametrize("names", [("next", "previous"), ("next",), ()])
    def test_may_have_nothing_in_common(self, names: tuple[str, ...]) -> None:
        urls = JsonUrls(UrlFields(names=names), BASES)
        content = json.dumps(dict.fromkeys(("next", "previous", "other", "xnext"), f"{API}/x"))
        after = json.loads(urls.replaced(content.encode(), BY))
        assert [name for name, value in after.items() if value.startswith(THERE)] == list(names)
