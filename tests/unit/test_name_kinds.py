"""People, places and other names: learned from examples."""

from __future__ import annotations

import json

import pytest
from harness.fakes import ROOT, WordCounts

from askvisit.encoder import load
from askvisit.evaluation import read_editions
from askvisit.name_kinds import KindClassifier, NameInContext, by_kind, examples, kinds
from askvisit.names import in_sentences, of_article
from askvisit.passages import sentences
from askvisit.records import Article


def name(form: str, before: str, after: str) -> NameInContext:
    return NameInContext(form, ((before, form, after),))


PERSON = name("Ola Strand", "“I left,” said ", ", who sells fish.")
PLACE = name("Bergen", "The ship lay in ", " for a year.")
FIRM = name("Northern Fish Company", "He sold it to ", ".")


def test_a_name_is_told_by_what_stands_around_it():
    assert kinds([PERSON, PLACE, FIRM], WordCounts()) == ["person", "place", "other"]
    assert kinds([], WordCounts()) == []


def test_what_is_not_sure_is_other():
    known = [("person", PERSON), ("place", PLACE)]
    fitted = KindClassifier.fit(known, WordCounts())
    strange = name("Xq", "zz yy ", " ww vv")
    assert fitted.kinds([PERSON, PLACE, strange]) == ["person", "place", "other"]
    assert [sure for _, sure in fitted.judged([PERSON, strange])] == [True, False]


def test_examples_are_marked_mentions_of_what_they_are_called():
    for article, _, example in examples():
        assert example.mentions, (article, example.name)
        assert example.name in {form for _, form, _ in example.mentions}


def test_names_stand_under_headings_people_first():
    class Named:
        def __init__(self, kind):
            self.kind = kind

    one, other, place = Named("person"), Named("other"), Named("place")
    assert by_kind([other, place, one]) == [
        ("People", [one]),
        ("Places", [place]),
        ("Other names", [other]),
    ]
    assert by_kind([]) == []


def test_people_and_places_of_other_articles_are_told():
    """Nine in ten that are called so, of names that nothing was fitted to."""
    editions = {e.id: e for e in read_editions(ROOT / "data/news/dev.jsonl")}
    names, gold = [], []
    for line in (ROOT / "tests/data/names.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        edition = editions[row["article"]]
        kind = {form.casefold(): n["kind"] for n in row["names"] for form in n["forms"]}
        for found in of_article(sentences(Article(edition.id, edition.title, edition.text))):
            names.append(in_sentences(found.mentions))
            gold.append(
                next((kind[f.casefold()] for f in found.forms if f.casefold() in kind), "no")
            )
    told = kinds(names, load())
    for kind in ("person", "place"):
        called = [g == kind for t, g in zip(told, gold, strict=True) if t == kind]
        assert sum(called) / len(called) >= 0.9
        assert sum(called) >= 0.75 * gold.count(kind)


@pytest.mark.parametrize("kind", ["person", "place", "other"])
def test_examples_have_enough_of_each_kind(kind):
    assert sum(k == kind for _, k, _ in examples()) >= 80
