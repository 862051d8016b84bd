"""People, places and other names: learned from examples."""

from __future__ import annotations

import json

import numpy as np
import pytest
from harness.fakes import ROOT

from askvisit.name_kinds import (
    FITTED,
    KindClassifier,
    NameInContext,
    features,
    kinds,
    vectors,
)
from askvisit.names import in_sentences, of_article
from askvisit.passages import sentences
from askvisit.records import Article
from training.editions import read_editions
from training.name_kinds import (
    PublicFigure,
    examples,
    fit,
    fitted_to,
    public_figures,
    remembered,
    renamed,
    save,
    shortened,
    unlabelled,
)


def name(form: str, before: str, after: str) -> NameInContext:
    return NameInContext(form, ((before, form, after),))


PERSON = name("Ola Strand", "“I left,” said ", ", who sells fish.")
PLACE = name("Bergen", "The ship lay in ", " for a year.")
FIRM = name("Northern Fish Company", "He sold it to ", ".")


def test_a_name_is_told_by_what_stands_around_it():
    assert kinds([PERSON, PLACE, FIRM]) == ["person", "place", "other"]
    assert kinds([]) == []


def test_a_surname_by_itself_is_no_place():
    said = shortened("person", PERSON), name("Strand", "On Monday ", " said that")
    assert kinds([*said, PLACE]) == ["person", "person", "place"]


def test_what_is_not_sure_is_other():
    assert kinds([name("Xq", "zz yy ", " ww vv")]) == ["other"]


def test_initials_are_no_places_but_countries_are():
    told = {form: name(form, "The ship lay in ", " for a year.") for form in ("NATO", "H5N1", "UK")}
    assert kinds([PLACE, *told.values()]) == ["place", "other", "other", "place"]
    assert kinds([name("NATO", "", " met in Brussels.")]) == ["other"]
    assert kinds([name("BERGEN", "", " – The ship lay in the harbour.")]) == ["place"]


def test_weights_are_saved_and_loaded(tmp_path):
    fitted = fit([("person", PERSON)] * 3 + [("place", PLACE)] * 3, [])
    save(fitted, tmp_path / "weights.npz")
    loaded = KindClassifier.load(tmp_path / "weights.npz")
    names = [PERSON, PLACE, name("Xq", "zz yy ", " ww vv")]
    assert [sure for _, sure in fitted.judged(names, vectors(names))] == [True, True, False]
    assert loaded.judged(names, vectors(names)) == fitted.judged(names, vectors(names))


def test_more_names_teach_the_words_that_they_stand_behind():
    """A word that no labelled name stands behind, but others of their kinds do."""
    known = [("person", PERSON)] * 3 + [("place", PLACE)] * 3
    others = [name("Ola Strand", "“I left,” shouted ", ", who sells fish.")] * 3
    strange = [name("Xq", "zz shouted ", " ww vv")]
    without, taught = (
        fit(known, more).scores(strange, vectors(strange))[0] for more in ([], others)
    )
    assert taught[0] - taught[1] > without[0] - without[1]


def test_people_are_shortened_to_surnames():
    assert shortened("person", PERSON) == name("Strand", "“I left,” said ", ", who sells fish.")
    assert shortened("other", FIRM).name == "Northern"


def test_people_get_the_names_of_others_in_all_their_forms():
    strand = NameInContext("Ola Strand", (("by ", "Ola Strand", "."), ("", "Strand", " said.")))
    said_of_merkel = (("by ", "Angela Merkel", "."), ("", "Merkel", " said."))
    said_of_hu = (("by ", "Hu Jintao", "."), ("", "Hu", " said."))
    merkel = PublicFigure("Angela Merkel", "Merkel")
    assert renamed(strand, merkel).mentions == said_of_merkel
    assert renamed(strand, PublicFigure("Hu Jintao", "Hu")).mentions == said_of_hu


def test_surnames_of_public_figures_come_last_or_first():
    surnames = {figure.name: figure.surname for figure in public_figures()}
    assert surnames["Angela Merkel"] == "Merkel"
    assert surnames["Deng Xiaoping"] == "Deng"


def test_people_of_the_visit_are_told_though_their_surnames_come_first():
    """None of them is among the public figures that the weights were fitted to."""
    text = (ROOT / "index/articles/xi-jinping-visits-north-korea.txt").read_text("utf-8")
    found = of_article(sentences(Article("visit", "", text)))
    told = zip(found, kinds([in_sentences(n.mentions) for n in found]), strict=True)
    people = {"Xi Jinping", "Kim Jong Un", "Kim Jong Il", "Donald Trump"}
    assert {name.name for name, kind in told if kind == "person"} == people
    assert not people & {figure.name for figure in public_figures()}


def test_the_shipped_weights_are_those_of_the_examples():
    """Fit them again where this fails: python -m training.name_kinds."""
    with np.load(FITTED) as arrays:
        assert str(arrays["fitted_to"]) == fitted_to()
        shipped = set(arrays["names"].tolist())
    mine = [features(name).keys() for _, _, name in examples()]
    assert {f for f in set().union(*mine) if sum(f in row for row in mine) >= 3} <= shipped


@pytest.mark.slow
def test_fitting_again_gives_the_shipped_weights():
    known = [(kind, name) for _, kind, name in examples()]
    names = [name for _, name in known]
    scores = [
        fitted.scores(names, remembered(names))
        for fitted in (KindClassifier.load(), fit(known, unlabelled(), public_figures()))
    ]
    assert np.abs(scores[0] - scores[1]).max() < 0.05


def test_examples_are_marked_mentions_of_what_they_are_called():
    for article, _, example in examples():
        assert example.mentions, (article, example.name)
        assert example.name in {form for _, form, _ in example.mentions}


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
    told = kinds(names)
    for kind in ("person", "place"):
        called = [g == kind for t, g in zip(told, gold, strict=True) if t == kind]
        assert sum(called) / len(called) >= 0.9
        assert sum(called) >= 0.75 * gold.count(kind)


@pytest.mark.parametrize("kind", ["person", "place", "other"])
def test_examples_have_enough_of_each_kind(kind):
    assert sum(k == kind for _, k, _ in examples()) >= 80
