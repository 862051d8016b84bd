"""What spans say as values, and whether two of them say the same."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import pytest
from harness.fakes import ROOT

from askvisit.records import Sentence, Span
from askvisit.values import (
    WEIGHTS,
    Saying,
    Value,
    agree,
    contradicts,
    pair_features,
    quantities,
    same_probability,
    value_of,
)

TUESDAY = "2021-03-16"


def span_of(words: str, text: str | None = None) -> Span:
    """Return a span of a sentence that is only its words, or of a longer one."""
    text = words if text is None else text
    start = 100 + text.index(words)
    sentence = Sentence("a.txt", 1, 100, 100 + len(text), text)
    return Span(sentence, start, start + len(words), 0.0, 0.0)


def value(words: str, published: str | None = TUESDAY) -> Value:
    return value_of(span_of(words), published)


def saying(words: str, question: str = "") -> Saying:
    return Saying.of(span_of(words), TUESDAY, question)


@pytest.mark.parametrize(
    ("words", "amounts"),
    [
        *(("64 trucks", [("", 64)]), ("a dozen", [("", 12)]), ("A dozen boats", [("", 12)])),
        *(("two dozen branches", [("", 24)]), ("half a dozen", [("", 6)])),
        *(("fifty-five", [("", 55)]), ("five hundred and six", [("", 506)])),
        *(("1,234.5", [("", 1234.5)]), ("64 of 70 trucks", [("", 64), ("", 70)])),
        *(("half a million", [("", 500_000)]), ("two and a half million", [("", 2_500_000)])),
        *(("1.2 million", [("", 1_200_000)]), ("5 lakh", [("", 500_000)])),
        *(("a third of them", [("share", 1 / 3)]), ("three quarters", [("share", 0.75)])),
        *(("two-thirds of the votes", [("share", 2 / 3)]), ("75 per cent", [("share", 0.75)])),
        *(("two voters in every three", [("share", 2 / 3)]), ("1 out of 4", [("share", 0.25)])),
        *(("25bp", [("share", 0.0025)]), ("a quarter of a percentage point", [("share", 0.0025)])),
        *(("the old one was locked", []), ("only one", [("", 1)]), ("one of them", [("", 1)])),
        *(("$5m", [("money", 5e6)]), ("$5M", [("money", 5e6)]), ("€2.5bn", [("money", 2.5e9)])),
        *(("five million dollars", [("money", 5e6)]), ("USD 140,000", [("money", 140_000)])),
        *(("R9 million", [("money", 9e6)]), ("RM40m", [("money", 4e7)]), ("the B52", [])),
        *(("three and a half metres", [("length", 3.5)]), ("350 cm", [("length", 3.5)])),
        *(
            ("24-inch", [("length", 0.61)]),
            ("5 km, later 2 km", [("length", 5000), ("length", 2000)]),
        ),
        *(("1.2 hectares", [("area", 12_000)]), ("12,000 square metres", [("area", 12_000)])),
        *(("3 m²", [("area", 3)]), ("Rp2.4 trillion", [("money", 2.4e12)])),
        *(("86 degrees Fahrenheit", [("temperature", 30)]), ("49 °C", [("temperature", 49)])),
        *(("2:06:41", [("time", 7601)]), ("two hours, 6 minutes and 41 seconds", [("time", 7601)])),
        *(("1.2 tonnes", [("mass", 1200)]), ("1,200 kg", [("mass", 1200)])),
        *(("an hour and ten minutes", [("time", 4200)]), ("eleven weeks", [("time", 77 * 86_400)])),
        *(("an hour and a half", [("time", 5400)]), ("one and a half hours", [("time", 5400)])),
        *(("3 to 5 people", [("range", 3.000005)]), ("2-1", [("range", 2.000001)])),
        *(("Oslo", []), ("in the town", []), ("someone", [])),
    ],
)
def test_amounts_are_read_in_common_units(words, amounts):
    found, times = quantities(words)
    assert [dimension for dimension, _ in found] == [dimension for dimension, _ in amounts]
    assert [amount for _, amount in found] == pytest.approx([a for _, a in amounts], rel=1e-3)
    assert times == ()


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        *(("at half past nine", 570), ("9.30 pm", 1290), ("9:30", 570), ("21:30", 1290)),
        *(("a quarter to ten", 585), ("twenty past six", 380), ("6.20 p.m.", 1100)),
        *(("noon", 720), ("ten o'clock", 600), ("ten o’clock", 600), ("10 a.m.", 600)),
    ],
)
def test_times_of_day_are_minutes(words, minutes):
    assert quantities(words) == ((), (minutes,))


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        *(("on Tuesday", "2021-03-16", "2021-03-16"), ("yesterday", "2021-03-15", "2021-03-15")),
        *(("on 14 March", "2021-03-14", "2021-03-14"), ("in 2009", "2009-01-01", "2009-12-31")),
        *(
            ("in February", "2021-02-01", "2021-02-28"),
            ("two days ago", "2021-03-14", "2021-03-14"),
        ),
    ],
)
def test_dates_are_reckoned_from_the_publication_and_are_no_amounts(words, first, last):
    found = value(f"it was {words}")
    assert found.days == ((date.fromisoformat(first), date.fromisoformat(last)),)
    assert (found.amounts, found.times) == ((), ())
    assert str(found) == (first if first == last else f"{first} to {last}")


def test_only_the_spans_own_words_are_read_and_a_date_of_which_it_has_a_part():
    text = "All 64 trucks crossed on 14 March, with 9 tonnes of salt."
    assert value_of(span_of("64 trucks", text), TUESDAY) == value("64 trucks")
    assert str(value_of(span_of("14", text), TUESDAY)) == "2021-03-14"
    sentence = Sentence("a.txt", 1, 100, 100 + len(text), text)
    whole = value_of(Span(sentence, None, None, 0.0, 0.0), TUESDAY)
    assert (whole.amounts, str(whole)) == ((("", 64.0), ("mass", 9000.0)), "2021-03-14")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        *(("350 cm", "3.5 m"), ("1.2 tonnes", "1,200 kg"), ("$5 million", "5,000,000")),
        *(("half past nine", "9:30"), ("a dozen", "12"), ("Oslo", "")),
        *(("21 billion yen", "21,000,000,000"), ("6.25 per cent", "6.25 %"), ("86 °F", "30 °C")),
    ],
)
def test_a_value_is_written_in_common_units(words, shown):
    assert str(value(words)) == shown


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        *(("a dozen", "12 people", True), ("350 cm", "3.5 metres", True)),
        *(("eleven weeks", "77 days", True), ("two years", "24 months", True)),
        *(("a third of them", "33 percent", True), ("$5m", "five million dollars", True)),
        *(("half past nine", "9.30 pm", True), ("on Tuesday", "16 March 2021", True)),
        *(("in March 2021", "on 14 March", True), ("3-5 May", "5 May", True)),
        *(("64 of 70 trucks", "64", True), ("at noon on Tuesday", "at noon", True)),
        *(("64", "70", False), ("on Tuesday", "on Sunday", False), ("9.30 pm", "9.45 pm", False)),
        *(("noon on 3 May", "noon on 4 May", False), ("3.5 percent", "5.3 percent", False)),
        *(("1.1 million", "1 million", False), ("about 64", "about 70", False)),
        *(("100", "103", False), ("about 100", "103", True), ("more than 100", "103", True)),
        *(("84 per cent", "41 votes", None), ("20 May, next week", "21 May", False)),
        *(("Monday 22 March", "15 March", False), ("31 of 70", "31 December", None)),
        *(("64 km", "64 kg", None), ("$64", "64 years", None), ("64", "64 kg", True)),
        *(("64 trucks", "Oslo", None), ("on Tuesday", "at noon", None), ("the mayor", "she", None)),
    ],
)
def test_values_agree_or_differ_or_cannot_be_compared(one, other, same):
    assert value(one).agrees(value(other)) is same
    assert value(other).agrees(value(one)) is same


def test_a_day_without_a_known_publication_is_not_compared():
    assert value("on Tuesday", None).agrees(value("on Sunday")) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        *(("64 trucks", "64", True), ("Paul Ryan", "Ryan", True), ("a dozen", "12", True)),
        *(("half past nine", "9.30 pm", True), ("on Tuesday", "16 March 2021", True)),
        *(("because of the rain", "the rain", True), ("not guilty", "found not guilty", True)),
        *(("64 trucks", "about 70 trucks", False), ("on Tuesday", "on Sunday", False)),
        *(("in Oslo", "Bergen", False), ("Carol Lindhorst", "Dale Kratochvil", False)),
        *(("guilty", "not guilty", False), ("he did sign", "he didn’t sign", False)),
    ],
)
def test_clear_pairs_are_told_apart(one, other, same):
    pair = saying(one), saying(other)
    assert same_probability(*pair) == pytest.approx(same_probability(*pair[::-1]))
    assert agree(*pair) is same


@pytest.mark.parametrize(
    ("one", "other", "contrary"),
    [
        *(("64 trucks", "70 trucks", True), ("guilty", "not guilty", True)),
        *(("64 trucks", "64", False), ("64 trucks", "no 64 trucks", False)),
        *(("Ada Holm", "Bo Reed", False), ("not guilty", "never guilty", False)),
    ],
)
def test_other_values_and_one_sided_negation_contradict(one, other, contrary):
    assert contradicts(saying(one), saying(other)) is contrary


def test_features_leave_out_the_words_of_the_question():
    asked = "What did Ada Holm see?"
    pair = saying("Ada Holm saw the green boat", asked), saying("the boat of Bo Reed", asked)
    assert pair[0].words == {"saw", "green", "boat"}
    assert (pair[0].names, pair[1].names) == (frozenset(), {"bo", "reed"})
    features = pair_features(*pair)
    assert features["contained"] == features["shared"] * 5 / 3 == pytest.approx(1 / 3)
    named = pair_features(saying("Ada Holm"), saying("the boat of Bo Reed"))
    assert (named["other_name"], named["same_name"], features["other_name"]) == (1.0, 0.0, 0.0)
    assert set(features) == set(WEIGHTS) - {"intercept"}


def test_what_is_put_together_says_the_same():
    """Pairs of answers that both editions of an article give in other words."""
    lines = (ROOT / "tests" / "data" / "said-twice.jsonl").read_text("utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    together = [p for p in pairs if agree(*(saying(w, p["question"]) for w in p["words"]))]
    said = Counter(pair["said"] for pair in together)
    assert Counter(pair["said"] for pair in pairs) == {"same": 60, "contrary": 22, "other": 39}
    assert said["same"] >= 48
    assert said["contrary"] <= 6
    assert said["other"] <= 16
