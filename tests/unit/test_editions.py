"""Files of editions and dialogues: what is wrong in one is named; ours are in test_authoring."""

from __future__ import annotations

import copy
import gzip
import json

import pytest
from harness.training_data import DIALOGUES, EDITIONS, dialogue_line, line, write_lines

from askvisit.errors import DataError
from askvisit.evaluation.questions import holds
from training.editions import Edition, pairs, read_edition_dialogues, read_editions


def test_editions_are_read_as_they_were_written(tmp_path):
    path = write_lines(tmp_path / "e.jsonl", [line(edition) for edition in EDITIONS])
    assert read_editions(path) == EDITIONS
    packed = tmp_path / "e.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert read_editions(packed) == EDITIONS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # a byte order mark
    assert holds(path, "questions", "text")
    assert read_editions(path) == EDITIONS
    assert {edition.story for edition in EDITIONS} == {f"s{n}" for n in range(10)}


def test_dialogues_are_read_as_they_were_written(tmp_path):
    path = write_lines(tmp_path / "d.jsonl", [dialogue_line(d) for d in DIALOGUES])
    assert read_edition_dialogues(path, EDITIONS) == DIALOGUES
    assert [turn.stands_alone for turn in DIALOGUES[0].turns] == [True, False, False, True, True]


def test_a_text_may_hold_any_character(tmp_path):
    changed = line(EDITIONS[0])
    changed["text"] += "\u2028One line\x85more.\x0b🙂"
    row = json.dumps(changed, ensure_ascii=False)
    (tmp_path / "e.jsonl").write_text(f"{row}\n\n", "utf-8")
    (found,) = read_editions(tmp_path / "e.jsonl")
    assert found.text == changed["text"]


def changed(where: tuple[str | int, ...], value: object) -> dict[str, object]:
    """A good line with one value replaced, or without it where the value is `...`."""
    row = copy.deepcopy(line(EDITIONS[0]))
    *way, last = where
    place = row
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return row


FIRST = ("questions", 0)
ANSWER = (*FIRST, "answers", 0)
START = line(EDITIONS[0])["questions"][0]["answers"][0]["start"]


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("id",), ..., "'id' is missing"),
        (("id",), "s0", "neither -a nor -b"),
        (("title",), 7, "'title' is missing or not str"),
        (("text",), ..., "'text' is missing"),
        (("questions",), {}, "'questions' is missing or not list"),
        (FIRST, "Who?", "'question' is missing"),
        ((*FIRST, "question"), ..., "'question' is missing"),
        ((*FIRST, "kind"), ..., "'kind' is missing"),
        ((*FIRST, "type"), ..., "'type' is missing"),
        ((*FIRST, "type"), "X", "type 'X' of 'Where does Ada live.'"),
        ((*FIRST, "type"), "N", r"does not fit the number of its answers \(1\)"),
        ((*FIRST, "answers"), [], r"does not fit the number of its answers \(0\)"),
        ((*FIRST, "answers"), ["Lund"], "'start' is missing"),
        ((*ANSWER, "start"), ..., "'start' is missing"),
        ((*ANSWER, "start"), str(START), "'start' is missing or not int"),
        ((*ANSWER, "start"), START + 1, "is not at offset"),
        ((*ANSWER, "start"), START - 10_000, "is not at offset"),
        ((*ANSWER, "text"), "Lunds", "is not at offset"),
        ((*ANSWER, "text"), "", "is not at offset"),
        ((*ANSWER, "text"), ..., "'text' is missing"),
    ],
)
def test_each_wrong_field_or_offset_is_an_error_that_names_the_line(tmp_path, where, value, said):
    rows = [line(EDITIONS[1]), changed(where, value)]
    path = write_lines(tmp_path / "e.jsonl", rows)
    with pytest.raises(DataError, match=rf"e\.jsonl line 2: .*{said}"):
        read_editions(path)


def test_an_item_that_lacks_its_question_is_named_before_its_type(tmp_path):
    row = changed((*FIRST, "question"), ...)
    row["questions"][0]["type"] = "X"
    with pytest.raises(DataError, match="'question' is missing"):
        read_editions(write_lines(tmp_path / "e.jsonl", [row]))


@pytest.mark.parametrize("row", ["{", "[]", "7", "null", '"text"'])
def test_a_line_that_is_no_edition_is_named(tmp_path, row):
    path = tmp_path / "e.jsonl"
    path.write_text(json.dumps(line(EDITIONS[0])) + f"\n{row}\n")
    with pytest.raises(DataError, match=r"e\.jsonl line 2") as caught:
        read_editions(path)
    assert "column" not in str(caught.value)
    (tmp_path / "one.jsonl").write_text(row)
    if row != "{":
        assert not holds(tmp_path / "one.jsonl", "questions", "text")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    damaged = gzip.compress(b"{}")[:10] + b"\x07" * 20  # no such kind of block
    for name, data in (
        ("a.jsonl", None),
        ("b.jsonl.gz", b"no gzip"),
        ("c.jsonl", b"\xff\xfe"),
        ("d.jsonl.gz", damaged),
    ):
        if data is not None:
            (tmp_path / name).write_bytes(data)
        with pytest.raises(DataError, match=f"cannot read .*{name}") as caught:
            read_editions(tmp_path / name)
        assert str(caught.value).count(name) == 1


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("article",), "s99-a", "no edition is called 's99-a'"),
        (("turns",), ..., "'turns' is missing"),
        (("turns", 1, "standalone"), ..., "'standalone' is missing"),
        (("turns", 0, "answers", 0, "start"), 3, "is not at offset 3"),
    ],
)
def test_each_wrong_field_of_a_dialogue_is_named(tmp_path, where, value, said):
    row = copy.deepcopy(dialogue_line(DIALOGUES[0]))
    place = row
    for step in where[:-1]:
        place = place[step]
    if value is ...:
        del place[where[-1]]
    else:
        place[where[-1]] = value
    path = write_lines(tmp_path / "d.jsonl", [row])
    with pytest.raises(DataError, match=rf"d\.jsonl line 1: .*{said}"):
        read_edition_dialogues(path, EDITIONS)


def test_editions_go_in_pairs_that_ask_the_same():
    assert [(a.id, b.id) for a, b in pairs(EDITIONS[:4][::-1])] == [
        ("s1-a", "s1-b"),
        ("s0-a", "s0-b"),
    ]
    with pytest.raises(DataError, match="s0-b is missing"):
        pairs(EDITIONS[:1])
    with pytest.raises(DataError, match="s0-a is missing"):
        pairs(EDITIONS[1:2])
    first, second = EDITIONS[:2]
    fewer = Edition(second.id, second.title, second.text, second.questions[:-1])
    with pytest.raises(DataError, match="ask different questions"):
        pairs([first, fewer])
