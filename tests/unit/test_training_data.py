"""What a reader is trained on: SQuAD files, crops, the mix, pages and mined sentences."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from itertools import islice

import pytest
from harness.training_data import (
    COLOURS,
    DIALOGUES,
    EDITIONS,
    PRICE,
    SQUAD,
    dialogue_line,
    line,
    squad_json,
    write_lines,
)

from askvisit.errors import TrainingError
from askvisit.passages import sentences
from askvisit.records import Article, Span
from training import mining, mix
from training.editions import Edition, EditionQuestion
from training.examples import (
    Example,
    as_typed,
    crop,
    nearest_unit,
    paragraph_units,
    sentence_units,
)
from training.mix import SHARES, Mix
from training.pages import Page, PageQuestion, sampled, squad_pages
from training.squad import SquadDocument, SquadParagraph, SquadQuestion, read_squad


class TestSquad:
    def test_a_file_is_read_and_keeps_every_offset(self, tmp_path):
        path = tmp_path / "people.json.gz"
        path.write_bytes(gzip.compress(json.dumps(squad_json([SQUAD])).encode()))
        assert read_squad(path) == [SQUAD]

    def test_an_answer_that_is_not_at_its_offset_is_refused(self, tmp_path):
        raw = squad_json([SQUAD])
        raw["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] += 1
        (tmp_path / "bad.json").write_text(json.dumps(raw))
        with pytest.raises(TrainingError, match="not at"):
            read_squad(tmp_path / "bad.json")

    @pytest.mark.parametrize(
        "content", ["[]", "{", '{"data": [{"paragraphs": [{}]}]}', '{"data": []}']
    )
    def test_what_is_not_squad_is_an_error_that_names_the_file(self, tmp_path, content):
        path = tmp_path / "odd.json"
        path.write_text(content)
        with pytest.raises(TrainingError, match=re.escape("odd.json")):
            read_squad(path)
        with pytest.raises(TrainingError, match="no such data file"):
            read_squad(tmp_path / "none.json")

    def test_of_several_answers_the_most_frequent_is_trained_on(self):
        answers = ((3, "May 1990"), (3, "May"), (19, "May"))
        assert SquadQuestion("q", "When?", answers).span() == ((3, 6),)
        assert SquadQuestion("q", "When?", ()).span() == ()


TEXT = "One is red.\n\nTwo is blue.\n\nThree is green.\n\nFour is grey."
UNITS = paragraph_units(TEXT)


class TestExamples:
    def test_a_crop_keeps_whole_units_and_the_spans_in_them(self):
        spans = tuple((TEXT.index(w), TEXT.index(w) + len(w)) for w in ("blue", "grey"))
        seen = set()
        for seed in range(40):
            made = crop(Example("?", TEXT, spans), UNITS, spans[0], 36, random.Random(seed))
            assert made.context in TEXT
            assert made.context.split("\n\n")[0] in TEXT.split("\n\n")
            assert made.context.split("\n\n")[-1] in TEXT.split("\n\n")
            words = [made.context[a:b] for a, b in made.spans]
            assert words == [w for w in ("blue", "grey") if w in made.context]
            assert words[0] == "blue"
            assert made.question == "?"
            seen.add(made.context)
        assert len(seen) > 1, "units are added on either side at random"
        assert max(map(len, seen)) <= 36 + 2  # what parts units does not count

    def test_all_units_that_an_answer_touches_are_kept(self):
        around = (TEXT.index("blue"), TEXT.index("green") + 2)
        made = crop(Example("?", TEXT, (around,)), UNITS, around, 1, random.Random(0))
        assert made.context == "Two is blue.\n\nThree is green."
        assert [made.context[a:b] for a, b in made.spans] == [TEXT[slice(*around)]]

    def test_an_answer_outside_all_units_leaves_the_text_as_it_is(self):
        example = Example("?", TEXT)
        assert crop(example, UNITS, (11, 12), 10, random.Random(0)) is example

    def test_the_nearest_unit_shares_most_words(self):
        found = nearest_unit("Which of them is the green one?", TEXT, UNITS)
        assert TEXT[slice(*found)] == "Three is green."
        found = nearest_unit("Who has four boats painted GREY?", TEXT, UNITS)
        assert TEXT[slice(*found)] == "Four is grey."

    def test_sentences_of_a_paragraph_are_units(self):
        text = "The company of J. F. Kennedy met. It said no! They left."
        assert [text[a:b] for a, b in sentence_units(text)] == [
            "The company of J. F. Kennedy met.",
            "It said no!",
            "They left.",
        ]

    def test_typed_questions_keep_their_words(self):
        question = "What is the name of the film that began in Oslo?"
        typed = {as_typed(question, random.Random(seed)) for seed in range(40)}
        assert typed == {
            "what name film began oslo",
            "what is the name of the film that began in oslo",
            question.lower(),
        }
        assert {as_typed("Who is it?", random.Random(s)) for s in range(40)} == {
            "who is it",
            "who is it?",
        }


def made(
    count=600, *, shares=None, hard=None, editions=EDITIONS, dialogues=DIALOGUES, seed=1, **more
):
    """Draw groups from the mix of one or all sources."""
    stream = Mix(
        editions,
        dialogues,
        [SQUAD],
        [SQUAD],
        hard=hard or {},
        longest=(80, 160),
        shares=shares or SHARES,
        seed=seed,
        **more,
    )
    return list(islice(stream, count))


def texts_of(example: Example) -> list[str]:
    return [example.context[a:b] for a, b in example.spans]


@pytest.fixture
def plain(monkeypatch):
    """Questions as they are written, follow-ups with all the words that complete them."""
    monkeypatch.setattr(mix, "TYPED", 0.0)
    monkeypatch.setattr(mix, "FOREIGN", 0.0)
    monkeypatch.setattr(mix, "LOST_WORDS", 0.0)


class TestMix:
    def test_the_stream_depends_on_the_seed_alone(self):
        assert made(200) == made(200)
        assert made(200) != made(200, seed=2)

    def test_groups_are_drawn_in_their_shares(self, plain):
        groups = made(2000, shares={"news": 0.5, "dialogues": 0.2, "squad": 0.2, "terms": 0.1})
        news = {q.question for edition in EDITIONS for q in edition.questions}
        pages = {paragraph.context for paragraph in SQUAD.paragraphs}
        kinds = Counter(
            "terms" if not group[0].context
            else "squad" if any(group[0].context in page for page in pages)
            else "dialogues" if group[0].question not in news
            else "news"
            for group in groups
        )  # fmt: skip
        assert kinds["terms"] / 2000 == pytest.approx(0.1, abs=0.02)
        assert kinds["squad"] / 2000 == pytest.approx(0.2, abs=0.03)
        # Three turns of five stand alone, and look like questions of news.
        assert kinds["dialogues"] / 2000 == pytest.approx(0.2 * 2 / 5, abs=0.03)
        assert kinds["news"] / 2000 == pytest.approx(0.5 + 0.2 * 3 / 5, abs=0.03)

    def test_without_a_label_a_question_is_over_another_paragraph_of_its_page(self, plain):
        own = {q.text: p.context for p in SQUAD.paragraphs for q in p.questions}
        pages = {paragraph.context for paragraph in SQUAD.paragraphs}
        for (example,) in made(100, shares={"unlabelled": 1.0}):
            assert not example.labelled
            assert example.context in pages - {own[example.question]}

    def test_a_flip_is_a_pair_with_the_answered_window_first(self, plain):
        pairs = [group for group in made(shares={"news": 1.0}) if len(group) == 2]
        flips = [group for group in pairs if group[0].question == PRICE]
        assert len(flips) > 60
        for answered, missing in pairs:
            assert answered.question == missing.question
            assert answered.spans
            assert missing.spans == ()
        for answered, _ in flips:
            assert re.fullmatch(r"\d\d crowns", texts_of(answered)[0])

    def test_a_window_without_the_answer_is_of_the_edition_that_does_not_answer(self, plain):
        first, second = EDITIONS[:2]
        for group in made(300, shares={"news": 1.0}, editions=[first, second]):
            if group[0].question == PRICE:
                assert group[0].context in first.text
                assert group[1].context in second.text
            if group[0].question.startswith("When"):
                assert group[0].context in second.text
                assert group[1].context in first.text

    def test_what_both_answer_is_paired_with_another_window_at_times(self, plain):
        groups = [g for g in made(2000, shares={"news": 1.0}) if g[0].question == COLOURS]
        assert len(groups) > 300
        share = sum(len(group) == 2 for group in groups) / len(groups)
        assert share == pytest.approx(mix.SECOND_WINDOW, abs=0.07)
        for group in groups:
            assert set(texts_of(group[0])) == {"red", "blue"}
            assert all("boats were red" not in other.context for other in group[1:])

    def test_an_article_that_answers_everywhere_has_no_other_window(self, plain):
        text = "All of it is red."
        question = EditionQuestion("What colour?", "fact", ((13, 16),))
        both = [Edition(f"s-{side}", "T", text, (question,)) for side in "ab"]
        groups = made(100, shares={"news": 1.0}, editions=both, dialogues=[])
        assert set(groups) == {(Example("What colour?", text, ((13, 16),)),)}

    def test_what_nobody_answers_is_alone_and_without_a_span(self, plain):
        groups = [g for g in made(shares={"news": 1.0}) if g[0].question == "Who sold the mill?"]
        assert len(groups) > 60
        assert all(len(group) == 1 and group[0].spans == () for group in groups)

    def test_windows_of_mistakes_are_used(self, plain):
        first, second = EDITIONS[:2]
        at = second.text.index("The water is cold")
        mistaken = [(at, at + 10), (0, 5)]
        hard = {(second.id, PRICE): mistaken}
        pairs = [
            group[1]
            for group in made(3000, shares={"news": 1.0}, editions=[first, second], hard=hard)
            if group[0].question == PRICE
        ]
        share = sum("The water is cold" in example.context for example in pairs) / len(pairs)
        without = [
            group[1]
            for group in made(3000, shares={"news": 1.0}, editions=[first, second])
            if group[0].question == PRICE
        ]
        usual = sum("The water is cold" in example.context for example in without) / len(without)
        assert share > 0.8
        assert share > usual + 0.15

    def test_a_follow_up_is_asked_with_the_words_that_complete_it(self, plain):
        groups = made(shares={"dialogues": 1.0})
        taught = {e.question for (e,) in groups if e.question.startswith("And who taught her")}
        names = {edition.questions[0].question.split()[2].lower() for edition in EDITIONS}
        assert taught == {f"And who taught her ({name})?" for name in names}
        alone = [e for (e,) in groups if e.question.startswith(PRICE.rstrip("?"))]
        assert {e.question for e in alone} == {PRICE}
        assert all(e.history == () for (e,) in groups)

    def test_some_of_these_words_are_left_out(self, plain, monkeypatch):
        monkeypatch.setattr(mix, "LOST_WORDS", 0.5)
        asked = [e.question for (e,) in made(shares={"dialogues": 1.0})]
        whole = sum(question.startswith("And who taught her (") for question in asked)
        bare = sum(question == "And who taught her?" for question in asked)
        assert whole / (whole + bare) == pytest.approx(0.5, abs=0.15)

    def test_some_questions_get_words_that_do_not_matter(self, monkeypatch):
        monkeypatch.setattr(mix, "TYPED", 0.0)
        groups = made(2000, shares={"squad": 1.0})
        share = sum(group[0].question.endswith(")?") for group in groups) / 2000
        # the first turn of five has no words before it
        assert share == pytest.approx(mix.FOREIGN * 4 / 5, abs=0.015)

    def test_turns_stand_before_a_follow_up_and_its_words_are_told_badly(self, plain):
        groups = made(shares={"dialogues": 1.0}, turns_before=True)
        assert {len(e.history) for (e,) in groups} == {0, 1, 2, 3}
        taught = [e for (e,) in groups if e.question.startswith("And who taught her")]
        told = {e.question for e in taught}
        assert "And who taught her?" in told
        assert any("(" in question for question in told)
        # without such words, the assistant reads a question by itself
        assert all(bool(e.history) == ("(" in e.question) for (e,) in groups)
        assert all(e.history[0].startswith("Where does") for e in taught if e.history)

    def test_hardly_a_turn_that_stands_alone_gets_words(self, plain):
        groups = made(2000, shares={"dialogues": 1.0}, turns_before=True)
        alone = [e for (e,) in groups if e.question.startswith(PRICE.rstrip("?"))]
        assert sum("(" in e.question for e in alone) / len(alone) < 0.05

    def test_some_questions_stand_behind_turns_that_do_not_matter(self, monkeypatch):
        monkeypatch.setattr(mix, "TYPED", 0.0)
        groups = made(2000, shares={"squad": 1.0}, turns_before=True)
        assert all(g[0].question.endswith(")?") == bool(g[0].history) for g in groups)
        share = sum(bool(group[0].history) for group in groups) / 2000
        assert share == pytest.approx(mix.FOREIGN * 4 / 5, abs=0.015)

    def test_every_question_ends_with_a_mark_as_a_reader_is_asked(self, monkeypatch):
        monkeypatch.setattr(mix, "TYPED", 1.0)
        for source in ("news", "squad", "dialogues"):
            groups = made(shares={source: 1.0})
            assert all(e.question.endswith(("?", ".", "!")) for group in groups for e in group)

    def test_some_questions_are_asked_as_people_type_them(self, monkeypatch):
        monkeypatch.setattr(mix, "FOREIGN", 0.0)
        groups = made(2000, shares={"news": 1.0})
        typed = [g for g in groups if g[0].question == g[0].question.lower()]
        assert len(typed) / 2000 == pytest.approx(mix.TYPED, abs=0.02)
        assert all(len({example.question for example in group}) == 1 for group in groups)

    def test_the_words_of_a_history_that_complete_a_turn_are_wanted(self, plain):
        groups = made(2000, shares={"terms": 1.0})
        assert all(example.context == "" for (example,) in groups)
        related = [e for (e,) in groups if e.question == "And who taught her?"]
        names = {edition.questions[0].question.split()[2].lower() for edition in EDITIONS}
        assert {word for e in related for word in e.wanted} == names
        for example in related:
            assert next(iter(example.wanted)) in example.history[0].lower().split()
        unrelated = [e for (e,) in groups if re.match("Who taught", e.question)]
        assert all(e.wanted == frozenset() for e in unrelated)
        share = len(unrelated) / (len(unrelated) + len(related))
        assert share == pytest.approx(mix.UNRELATED_TERMS, abs=0.08)
        named = [e for e in unrelated if any("Where does" in turn for turn in e.history)]
        same = [e for e in named if e.question.rstrip("?").split()[-1] in " ".join(e.history)]
        assert len(same) / len(named) == pytest.approx(mix.NEAR_TERMS + 0.05, abs=0.15)

    def test_most_windows_are_told_the_title_of_their_article(self, plain):
        groups = made(2000, titles=True)
        told = [example for group in groups for example in group if example.title]
        towns = {edition.text: edition.title for edition in EDITIONS}
        for example in told:
            of = [title for text, title in towns.items() if example.context in text]
            assert example.title in of or example.title == SQUAD.title
        titled = sum(all(example.title for example in group) for group in groups) / len(groups)
        assert 0.75 < titled < 0.95
        assert not any(example.title for group in made(200) for example in group)

    def test_an_answered_window_is_paired_with_one_of_another_article(self, plain):
        where = EDITIONS[0].questions[0].question
        other = EDITIONS[3]
        at = other.text.index("It is known")
        elsewhere = {("s0-a", where): [(other.id, at, at + 30)]}
        groups = made(20, shares={"among": 1.0}, among=elsewhere, titles=True, judged=True)
        assert {len(group) for group in groups} == {2}
        for answered, missing in groups:
            assert answered.question == missing.question == where
            assert texts_of(answered) == ["Lund"]
            assert "It is known that Bela lives in Moss" in missing.context
            assert missing.spans == ()
            assert {share for *_, share in missing.evidence} == {0.0}
            assert missing.title in ("News of Moss", "")
        broad = {("s0-a", "What is known of Ada?"): [(other.id, at, at + 30)]}
        (group,) = made(1, shares={"among": 1.0}, among=broad)
        assert [example.spans for example in group] == [()]

    def test_a_sentence_stands_on_a_page_with_others_of_its_source(self, plain):
        groups = made(shares={"sentences": 1.0})
        contexts = [p.context for p in SQUAD.paragraphs]
        counts = set()
        for (example,) in groups:
            parts = example.context.split("\n\n")
            assert set(parts) <= set(contexts)
            counts.add(len(parts))
            assert all(re.fullmatch(r"[A-Z]\w+|19\d\d", text) for text in texts_of(example))
        assert {1, 2, 3} <= counts

    def test_a_source_may_have_a_single_sentence(self, plain):
        one = SquadDocument("One", SQUAD.paragraphs[:1])
        stream = Mix([], [], [], [one], hard={}, longest=(80, 160), shares=SHARES, seed=1)
        contexts = {example.context for (example,) in islice(stream, 20)}
        assert contexts == {one.paragraphs[0].context}

    def test_a_source_without_material_is_left_out_and_nothing_at_all_is_an_error(self, plain):
        groups = made(50, shares={"news": 0.5, "dialogues": 0.5}, dialogues=[])
        assert all(group[0].history == () for group in groups)
        with pytest.raises(TrainingError, match="no source has material"):
            made(1, shares={"dialogues": 1.0}, dialogues=[])

    def test_cropped_contexts_of_squad_keep_their_answers(self, plain):
        whole = {paragraph.context for paragraph in SQUAD.paragraphs}
        assert all(g[0].context in whole for g in made(shares={"squad": 1.0}, cropped=0.0))
        groups = made(shares={"squad": 1.0})
        assert all(texts_of(group[0]) for group in groups)
        assert 0.3 < sum(g[0].context in whole for g in groups) / len(groups) < 0.9
        missing = made(shares={"unanswerable": 1.0})
        assert all(g[0].spans == () and g[0].question.startswith("Who sold") for g in missing)


class TestPages:
    def test_pages_are_short_paragraphs_and_keep_where_answers_begin(self, tmp_path):
        filler = "Nothing of weight was said on that day by anybody at all in the whole town. "
        paragraphs = []
        for n in range(13):
            context = filler * 4 + f"The prize {n} went to Winner{n}. " + filler * 3 + f"End{n}."
            at = context.index
            qas = (
                SquadQuestion(f"{n}", f"Who won prize {n}?", ((at("Winner"), f"Winner{n}"),)),
                SquadQuestion(f"{n}e", f"What ends {n}?", ((at("End"), f"End{n}"),)),
                SquadQuestion(f"{n}-no", f"Who lost {n}?", ()),
            )  # fmt: skip
            paragraphs.append(SquadParagraph(context, qas))
        path = tmp_path / "prizes.json"
        path.write_text(json.dumps(squad_json([SquadDocument("Prizes", tuple(paragraphs))])))
        pages = squad_pages(path)
        assert len(pages) == 2, "what is left over makes no page"
        for number, page in enumerate(pages):
            assert page.article == "Prizes"
            assert len(page.questions) == 18
            assert page.text.count("\n\n") > 6, "long paragraphs are cut"
            for at, question in enumerate(page.questions):
                n = 6 * number + at // 3
                for start in question.starts:
                    words = f"Winner{n}" if "won" in question.text else f"End{n}"
                    assert page.text[start:].startswith(words)
                assert bool(question.starts) == ("lost" not in question.text)

    def test_far_questions_are_those_of_other_articles(self):
        pages = [
            Page(f"a{n}", f"Text {n}", tuple(PageQuestion(f"{n}-{m}?", (m,)) for m in range(8)))
            for n in range(4)
        ]
        chosen = sampled(pages, 20, seed=0)
        asked = [(page.article, question) for page in chosen for question in page.questions]
        own = [row for row in asked if not row[1].far]
        far = [row for row in asked if row[1].far]
        assert (len(own), len(far)) == (20, 5)
        assert all(f"a{question.text[0]}" == article for article, question in own)
        assert all(f"a{question.text[0]}" != article for article, question in far)
        assert all(question.starts == () for _, question in far)
        assert len({question.text for _, question in own}) == 20
        assert sampled(pages, 20, seed=0) == chosen
        with pytest.raises(TrainingError, match="at least two articles"):
            sampled([*pages[:1], Page("empty", "Text", ())], 20, seed=0)


class Fooled:
    """A reader that likes some words; by default the boats best, then the water."""

    def __init__(self, **liked):
        self.liked = liked or {"boats": 3.0, "water": 2.0, "lives": 1.0}

    def read_each(self, question, windows, turns=()):
        liked = self.liked.items()
        return [
            [
                Span(s, None, None, next((m for w, m in liked if w in s.text), -5.0), 0.0)
                for s in window.sentences
            ]
            for window in windows
        ]


class TestMining:
    def test_questions_without_an_answer_are_asked_those_of_dialogues_in_full(self, tmp_path):
        path = write_lines(tmp_path / "d.jsonl", [dialogue_line(d) for d in DIALOGUES[:2]])
        found = {edition.id: asked for edition, asked in mining.unanswered(EDITIONS[:2], path)}
        assert found["s0-a"] == [
            "When did Ada come there?",
            "Who sold the mill?",
            "Who taught Ada?",
        ]
        assert found["s0-b"] == [PRICE, "Who sold the mill?", "Who taught Ada?"]
        alone = dict(mining.unanswered(EDITIONS[:1], None))[EDITIONS[0]]
        assert alone == ["When did Ada come there?", "Who sold the mill?"]

    def test_the_sentences_of_highest_margin_are_found_best_first(self):
        edition = EDITIONS[0]
        (row,) = (json.loads(r) for r in mining.mine(Fooled(), edition, ["Who sold the mill?"]))
        assert (row["edition"], row["question"]) == ("s0-a", "Who sold the mill?")
        found = [edition.text[a:b] for a, b in row["sentences"]]
        assert len(found) == mining.KEPT
        assert [next(w for w in ("boats", "water", "lives") if w in f) for f in found] == [
            *("boats", "water", "lives")
        ]
        whole = {s.text for s in sentences(Article("a", "", edition.text))}
        assert set(found) <= whole

    def test_a_second_reader_rereads_the_paragraphs_and_decides(self):
        edition = EDITIONS[0]
        second = Fooled(water=4.0, lives=2.0, boats=1.0)
        (row,) = mining.mine(Fooled(), edition, ["Who sold the mill?"], second)
        first = edition.text[slice(*json.loads(row)["sentences"][0])]
        assert "water" in first

    def test_what_was_mined_can_be_trained_on(self, tmp_path, monkeypatch):
        from training.loop import read_hard

        monkeypatch.setattr(mining, "OnnxReader", lambda *_: Fooled())
        news = write_lines(tmp_path / "e.jsonl", [line(edition) for edition in EDITIONS[:2]])
        out = tmp_path / "hard.jsonl"
        assert mining.main(["model", "--news", str(news), "--out", str(out)]) == 0
        alone = out.read_text("utf-8")
        again = ["model", "--reread", "larger", "--news", str(news), "--out", str(out)]
        assert mining.main(again) == 0
        assert out.read_text("utf-8") == alone
        hard = read_hard([out])
        assert set(hard) == {
            ("s0-a", "When did Ada come there?"),
            ("s0-a", "Who sold the mill?"),
            ("s0-b", PRICE),
            ("s0-b", "Who sold the mill?"),
        }
        start, end = hard["s0-b", PRICE][0]
        assert "boats" in EDITIONS[1].text[start:end]

    def test_answered_questions_are_mined_in_articles_about_something_else(
        self, tmp_path, monkeypatch
    ):
        from training.loop import read_among

        monkeypatch.setattr(mining, "OnnxReader", lambda *_: Fooled(lives=1.0))
        monkeypatch.setattr(Fooled, "passages", 16, raising=False)
        news = write_lines(tmp_path / "e.jsonl", [line(edition) for edition in EDITIONS[:6]])
        out = tmp_path / "among.jsonl"
        arguments = ["model", "--news", str(news), "--among", "99", "--out", str(out)]
        assert mining.main(arguments) == 0
        mined = read_among([out])
        where = mined["s0-a", "Where does Ada live?"]
        texts = {edition.id: edition.text for edition in EDITIONS}
        assert {name for name, _, _ in where} == {"s1-a", "s2-a"}
        assert all(" lives in " in texts[name][a:b] for name, a, b in where[:2])
        # every article has boats of some colours: none lacks a word of this question
        assert ("s0-a", "Which colours had the boats?") not in mined

    @pytest.mark.parametrize("content", [None, "{", "[]", '{"edition": "s0-a"}'])
    def test_a_file_that_was_not_mined_is_named(self, tmp_path, content):
        from training.loop import read_hard

        path = tmp_path / "hard.jsonl"
        if content is not None:
            path.write_text(content)
        with pytest.raises(TrainingError, match=r"hard\.jsonl is no file of training\.mining"):
            read_hard([path])

    def test_a_model_that_is_not_there_is_one_line(self, tmp_path, capsys):
        news = write_lines(tmp_path / "e.jsonl", [line(EDITIONS[0])])
        arguments = [str(tmp_path / "none"), "--news", str(news), "--out", str(tmp_path / "h")]
        assert mining.main(arguments) == 1
        assert capsys.readouterr().err.startswith("error: no model in")
