"""Data sets: an article on each line, under the names that such files use."""

from __future__ import annotations

import json

import pytest

from askvisit.formats import Document, datasets


def articles(name: str, data: str) -> dict[str, Document | str]:
    return dict(datasets.read(name, data.encode()))


def line(**row: object) -> Document | str:
    ((_, found),) = datasets.read("a.jsonl", json.dumps(row).encode())
    return found


def test_a_line_of_json_is_an_article():
    row = [
        *(("id", 7), ("headline", "A Bridge"), ("body", "It  rained.\n\nIt snowed.")),
        *(("published_at", "2019-06-26T08:00:00Z"), ("authors", ["Ada Quill", "Bo Reed"])),
        *(("source", {"id": None, "name": "The Weir"}), ("link", "https://weir.example/a")),
    ]
    assert articles("a.jsonl", json.dumps(dict(row))) == {
        "7": Document(
            "A Bridge\n\nIt  rained.\n\nIt snowed.\n",
            title="A Bridge",
            source="The Weir",
            url="https://weir.example/a",
            date="2019-06-26T08:00:00Z",
            author="Ada Quill, Bo Reed",
        )
    }


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ({"text": "A\n\nIt rained.", "title": "A"}, Document("A\n\nIt rained.\n", title="A")),
        ({"Text": "It rained.", "URL": "javascript:x"}, Document("It rained.\n")),
        ({"text": "", "content": "Rain."}, Document("Rain.\n")),
        ({"text": " \n", "content": "Rain.", "title": " "}, Document("Rain.\n")),
        (
            {"text": " ", "title": "A"},
            "has no text in line 1 (under one of text, body, content, article, maintext, fulltext)",
        ),
        (
            {"text": "Rain.", "date": "2019-06-26 08:00:00 UTC"},
            Document("Rain.\n", date="2019-06-26"),
        ),
        ({"text": "Rain.", "date": "26.6.2019"}, Document("Rain.\n", date="2019-06-26")),
        ({"text": "Rain.", "date": "Jun 26, 2019"}, Document("Rain.\n", date="2019-06-26")),
        (
            {"text": "Rain.", "date": "Wed, 26 Jun 2019 08:00:00 GMT"},
            Document("Rain.\n", date="2019-06-26"),
        ),
        ({"text": "Rain.", "date": "06/26/2019"}, Document("Rain.\n", date="2019-06-26")),
        ({"text": "Rain.", "date": None, "title": None}, Document("Rain.\n")),
    ],
)
def test_names_and_values_vary(row, known):
    assert line(**row) == known


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_row_of_csv_is_an_article(separator):
    rows = [
        ["id", "Title", "text"],
        ["a1", "A", '"It ""rained"".\n\nIt snowed"'],
        ["", "B", "Rain"],
    ]
    data = "\r\n".join(separator.join(row) for row in rows)
    assert articles("a.CSV", f"\ufeff{data}\r\n") == {
        "a1": Document('A\n\nIt "rained".\n\nIt snowed\n', title="A"),
        "3": Document("B\n\nRain\n", title="B"),
    }


def test_rows_of_csv_are_numbered_as_in_a_spreadsheet():
    found = articles("a.csv", 'text,title\n"It\nrained",A\n,B\n')
    assert list(found) == ["2", "3"]
    assert found["3"].startswith("has no text in line 3")


def test_lines_that_are_no_articles_say_why():
    found = articles(
        "a.jsonl",
        '{"text": "A"\n\n[1]\n{"id": "x", "text": "A"}\n{"id": "x", "text": "B"}\n'
        '{"id": "a\\u0000", "text": "A"}\n{"text": "\\ud800 A"}',
    )
    assert found == {
        "1": "is not a JSON object (line 1)",
        "3": "is not a JSON object (line 3)",
        "x": Document("A\n"),
        "x (line 5)": "has the id of an earlier line",
        "6": "has lone surrogates or NUL in line 6; remove them",
        "7": "has lone surrogates or NUL in line 7; remove them",
    }


def test_dates_that_cannot_be_read_are_reported_once():
    rows = [
        {"text": "A", "date": day} for day in ("2019", "03/04/2019", "", 1561536000, "20190626")
    ]
    found = articles("a.jsonl", "\n".join(map(json.dumps, rows)))
    assert [one.date for one in found.values() if isinstance(one, Document)] == [
        "2019",
        *[None] * 4,
    ]
    write = "write 2019-06-26, 2019-06 or 2019, or 26 June 2019"
    assert found[""] == (
        f"has 3 dates that cannot be read ('03/04/2019' in line 2); {write}; "
        "their articles are indexed without them"
    )
    assert articles("a.csv", f"text,date\nA,{'soon ' * 20}\n")[""] == (
        f"has a date that cannot be read ('{'soon ' * 8}…' in line 2); {write}; "
        "its article is indexed without it"
    )
