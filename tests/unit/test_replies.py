"""Headline, show and summary requests: which article, which sentences."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from harness.fakes import TARIFFS, SharedWords, WordCounts, calibration, indexed, write_articles

from askvisit import Answer, Assistant, build_index
from askvisit.index import open_index
from askvisit.requests import replies, summary

MAYOR = "When did the mayor open the bridge?"
STEEL = "Who raised the tariff on steel?"


def cited(answer: Answer) -> set[str]:
    return {citation.article_id for citation in answer.citations}


def check(answer: Answer, assistant: Assistant) -> None:
    """Check what holds for every reply that is quoted."""
    assert (answer.kind, answer.found, answer.confidence) == ("answer", True, 1.0)
    for number, citation in enumerate(answer.citations, 1):
        article = assistant.articles[citation.article_id]
        assert citation.number == number
        assert article.text[citation.start : citation.end] == citation.quote
        assert citation.article_sha256 == article.sha256
        assert (citation.span, citation.span_start, citation.span_end) == (None, None, None)
        assert f"{citation.quote} [{number}]" in answer.text
    starts = [citation.start for citation in answer.citations]
    assert starts == sorted(starts)


class TestWhichArticle:
    @pytest.mark.parametrize("question", ["headline?", "show me the article", "summarise it"])
    def test_of_several_is_asked(self, assistant, question):
        answer = assistant.ask(question)
        assert (answer.kind, answer.found, answer.confidence) == ("talk", False, 0.0)
        titles = "1. “A Bridge for the Town”, 2. “Tariffs Rise Again”"
        assert answer.text == f"Which article? There are 2 articles: {titles}. Name one."

    @pytest.mark.parametrize(
        ("name", "article_id"),
        [
            *(("the bridge one", "bridge.txt"), ("Tariffs Rise Again", "tariffs.txt")),
            *(("2", "tariffs.txt"), ("the first", "bridge.txt"), ("bridge.txt", "bridge.txt")),
        ],
    )
    def test_a_name_is_enough_once_it_was_asked(self, assistant, name, article_id):
        which = assistant.ask("What is the headline?")
        answer = assistant.ask(name, [which])
        check(answer, assistant)
        assert cited(answer) == {article_id}
        assert answer.question == name
        assert assistant.ask(name, [assistant.ask("hello")]).confidence < 1

    @pytest.mark.parametrize(
        "name", ["the tariffs article", "the one about tariffs", "the second one", "2"]
    )
    @pytest.mark.parametrize(
        ("asked", "request_"),
        [
            *(("summary", "summary"), ("headline?", "headline")),
            *(("list the articles", "show"), ("Which article is about whales?", "show")),
        ],
    )
    def test_a_name_completes_what_was_asked_before(self, assistant, asked, request_, name):
        first = assistant.ask(asked)
        assert first.kind == "talk"
        answer = assistant.ask(name, [first])
        check(answer, assistant)
        assert (answer.request, cited(answer)) == (request_, {"tariffs.txt"})

    @pytest.mark.parametrize("asked", ["list the articles", "Who wrote this article?"])
    @pytest.mark.parametrize(
        "question",
        ["Why did the tariffs rise?", "When was the bridge opened?", "Who is the mayor?"],
    )
    def test_a_question_with_words_of_a_title_only_is_a_question(self, assistant, asked, question):
        answer = assistant.ask(question, [assistant.ask(asked)])
        assert answer.request is None
        assert answer.confidence == assistant.ask(question).confidence

    def test_places_and_titles_are_those_of_its_list(self, assistant, small):
        titles = {"x.txt": "Boats in the Harbour", "y.txt": "Boats in the Harbour Sink"}
        more = {name: f"{title}\n\nThey were old.\n" for name, title in titles.items()}
        indexed(small, more)
        which = assistant.ask("summarise the article about boats")
        assert which.choices == ("x.txt", "y.txt")
        for place, (article_id, title) in enumerate(titles.items(), 1):
            for name in (str(place), title):
                assert cited(assistant.ask(name, [which])) == {article_id}

    def test_a_name_completes_the_last_open_question_of_a_line(self, assistant):
        line = assistant.ask("What is the headline? Who wrote this article?")
        answer = assistant.ask("2", [line])
        assert "author" in answer.text
        assert "Tariff" in answer.text

    def test_a_request_in_two_wordings_is_one(self, assistant):
        line = "What is the article about? Can you summarise it in two sentences?"
        answer = assistant.ask(line, articles=["bridge.txt"])
        assert (answer.request, len(answer.citations), answer.parts) == ("summary", 2, ())

    def test_a_question_after_it_was_asked_is_a_question(self, assistant):
        which = assistant.ask("What is the headline?")
        assert assistant.ask(MAYOR, [which]).citations == assistant.ask(MAYOR).citations
        assert cited(assistant.ask("show me the bridge article", [which])) == {"bridge.txt"}

    def test_is_the_one_cited_last(self, assistant):
        history = [assistant.ask(MAYOR), assistant.ask(STEEL), assistant.ask("thanks")]
        assert [cited(turn) for turn in history] == [{"bridge.txt"}, {"tariffs.txt"}, set()]
        assert cited(assistant.ask("What's the headline?", history)) == {"tariffs.txt"}
        assert cited(assistant.ask("What's the headline?", history[:1])) == {"bridge.txt"}

    def test_one_cited_that_is_gone_does_not_count(self, assistant, small):
        history = [assistant.ask(MAYOR)]
        write_articles(small / "articles", {"bridge.txt": TARIFFS.replace("steel", "zinc")})
        (small / "articles" / "bridge.txt").rename(small / "articles" / "zinc.txt")
        build_index(index=small, encoder=WordCounts())
        assert assistant.ask("headline", history).kind == "talk"

    @pytest.mark.parametrize(
        ("question", "article_id"),
        [
            ("What is the headline of the bridge article?", "bridge.txt"),
            ("what's the title of the article about wool?", "tariffs.txt"),
            ("summarise the second article", "tariffs.txt"),
            ("Summarise “A Bridge for the Town”", "bridge.txt"),
            ("show me bridge.txt", "bridge.txt"),
            ("open the story about the mayor", "bridge.txt"),
            ("summarise article 2", "tariffs.txt"),
            ("summarise the bridge", "bridge.txt"),
            ("give me a summary of the tariffs", "tariffs.txt"),
            ("What is the tariffs article about?", "tariffs.txt"),
            ("what happened in the bridge article", "bridge.txt"),
        ],
    )
    def test_is_the_one_that_is_named(self, assistant, question, article_id):
        answer = assistant.ask(question, [assistant.ask(MAYOR), assistant.ask(STEEL)])
        check(answer, assistant)
        assert cited(answer) == {article_id}

    def test_is_none_that_has_only_some_of_the_words(self, assistant):
        for asked in ("summarise the article about the bridge in Ukraine", "show the salt story"):
            assert cited(assistant.ask(asked)) == ({"tariffs.txt"} if "salt" in asked else set())
        answer = assistant.ask("summarise the article about the bridge in Ukraine")
        assert answer.text.startswith("No article was found for “bridge in Ukraine”.")

    def test_a_number_keeps_all_of_its_digits(self, tmp_path):
        texts = {f"{n:03}.txt": f"Story {n}\n\nIt rained on {n} of days.\n" for n in range(1, 121)}
        texts["vote.txt"] = "A Vote\n\nThe election of 2000 was held; 20 more were held later.\n"
        texts["737.txt"] = "A Boeing 737 Lands\n\nNobody was hurt.\n"
        texts["late.txt"] = "A Plane Is Late\n\nThe 747 was to land at noon.\n"
        indexed(tmp_path, texts)
        assistant = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
        for asked, article_id in (
            ("show me article 111", "111.txt"),
            ("show me article 100", "100.txt"),
            ("summarise the article about the 2000 election", "vote.txt"),
            ("show me the story about the Boeing 737", "737.txt"),
            ("show me the 737 article", "737.txt"),
            ("show me the 747 article", "late.txt"),
        ):
            assert cited(assistant.ask(asked)) == {article_id}, asked
        beyond = assistant.ask("show me article 200")
        assert beyond.text.startswith("No article was found for “200”.")

    def test_that_there_is_not_is_told(self, assistant):
        answer = assistant.ask("summarise the article about whales")
        assert answer.kind == "talk"
        assert answer.text.startswith(
            "No article was found for “whales”. There are 2 articles: 1. “A Bridge"
        )

    @pytest.mark.parametrize("asked", ["summarise the third article", "show me the 12th article"])
    def test_a_place_beyond_the_last_is_told(self, assistant, small, asked):
        words = "The third and 12th article of the treaty was read aloud in the hall."
        write_articles(small / "articles", {"treaty.txt": f"A Treaty\n\n{words}\n"})
        (small / "articles" / "tariffs.txt").unlink()
        build_index(index=small, encoder=WordCounts())
        answer = assistant.ask(asked)
        assert answer.kind == "talk"
        assert answer.text.startswith("No article was found for “")
        assert "”. There are 2 articles: 1. “A Bridge" in answer.text

    def test_only_the_chosen_ones_count(self, assistant):
        assert cited(assistant.ask("headline", articles=["tariffs.txt"])) == {"tariffs.txt"}
        history = [assistant.ask(MAYOR)]
        assert cited(assistant.ask("title", history, articles=["tariffs.txt"])) == {"tariffs.txt"}
        named = assistant.ask("summarise the bridge article", articles=["tariffs.txt"])
        there_is = "There is one article: “Tariffs Rise Again”."
        assert named.text == f"No article was found for “bridge”. {there_is}"

    def test_a_topic_is_a_question_to_the_text(self, assistant):
        answer = assistant.ask("summarise the minister", min_confidence=0)
        assert answer.confidence < 1

    def test_some_words_of_a_title_are_enough_for_a_summary_of_one_article(self, tmp_path):
        texts = {
            "court-ruling.txt": "Judges Say No to the Town\n\nThe ban on short lets is void.\n",
            "north_flood.txt": "A River Rises in the North\n\nThe town was under water.\n",
            "south_flood.txt": "A Lake Rises in the South\n\nThe farms were under water.\n",
        }
        indexed(tmp_path, texts)
        assistant = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
        for asked, request, article_id in (
            ("summarise the court ruling", "summary", "court-ruling.txt"),
            ("show me the court ruling", "show", "court-ruling.txt"),
            ("a summary of the river", "summary", "north_flood.txt"),
        ):
            answer = assistant.ask(asked)
            assert (answer.request, cited(answer)) == (request, {article_id})
        assert assistant.ask("summarise the flood").request is None
        assert assistant.ask("what does it say about the river").request is None

    def test_a_question_about_what_a_title_names_is_read(self, tmp_path):
        text = "Harbour Museum Opens\n\nThe museum in the harbour opened; one can see it shine.\n"
        indexed(tmp_path, {"harbour-museum.txt": text})
        assistant = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
        for asked in (
            "When did the Harbour Museum open?",
            "Where is the Harbour Museum?",
            "What can one see in the Harbour Museum?",
            "Can you show me where the Harbour Museum is?",
        ):
            answer = assistant.ask(asked)
            assert (answer.request, answer.kind) == (None, "answer"), asked
        assert assistant.ask("Can you show me the Harbour Museum?").request == "show"
        assert assistant.ask("Where is the harbour article?").request == "show"

    def test_the_list_is_told(self, assistant):
        answer = assistant.ask("Which articles do you have?")
        assert (answer.kind, answer.found) == ("talk", False)
        assert "“A Bridge for the Town”, 2. “Tariffs Rise Again”" in answer.text

    def test_of_hundreds_is_found_by_its_text(self, tmp_path):
        texts = {
            f"{n}.txt": f"Story {n}\n\nIt rained in town{n} all day long.\n" for n in range(210)
        }
        indexed(tmp_path, texts)
        assistant = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
        assert cited(assistant.ask("headline of the article about town77")) == {"77.txt"}
        assert ", and 205 more. Name one." in assistant.ask("summarise the article").text


class TestReplies:
    def test_the_headline(self, assistant):
        answer = assistant.ask("What is the headline?", articles=["bridge.txt"])
        check(answer, assistant)
        assert answer.text == "A Bridge for the Town [1]"
        assert answer.citations[0].paragraph == 1

    def test_an_article_without_one_says_so(self, tmp_path):
        indexed(tmp_path, {"rain.txt": "It rained all day in the town.\n"})
        assistant = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
        answer = assistant.ask("What is the headline?")
        assert answer.kind == "talk"
        assert answer.text.startswith("The article has no headline; it is listed as “")
        check(assistant.ask("show me the article"), assistant)
        assert assistant.ask("summarise it").text == "It rained all day in the town. [1]"

    def test_after_that_there_is_no_headline_a_name_is_a_new_question(self, tmp_path):
        texts = {
            "rain.txt": "It rained all day in the town.\n",
            "sun.txt": "The Sun\n\nIt shone.\n",
        }
        indexed(tmp_path, texts)
        assistant = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
        none = assistant.ask("What is the headline?", articles=["rain.txt"])
        assert none.text.startswith("The article has no headline")
        assert assistant.ask("the sun?", [none]).request is None

    def test_showing_gives_headline_and_beginning(self, assistant):
        answer = assistant.ask("show me the article", articles=["bridge.txt"])
        check(answer, assistant)
        assert [c.paragraph for c in answer.citations] == [1, 2, 2]

    def test_showing_goes_on_past_the_byline(self, tmp_path):
        above = "A Bridge\n\nBy Ada Quill\n\n3 May 2021\n\n"
        body = "The mayor opened the bridge. It rained.\n\nNobody came.\n"
        indexed(tmp_path, {"bridge.txt": above + body})
        assistant = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
        shown = assistant.ask("show me the article")
        check(shown, assistant)
        assert [c.paragraph for c in shown.citations] == [1, 2, 3, 4, 4]

    @pytest.mark.parametrize(
        ("question", "request_"),
        [
            ("What is the headline?", "headline"),
            ("show me the article", "show"),
            ("summarise it", "summary"),
            ("hello", None),
            ("When did the mayor open the bridge?", None),
        ],
    )
    def test_an_answer_says_what_was_wanted_of_an_article(self, assistant, question, request_):
        assert assistant.ask(question, articles=["bridge.txt"]).request == request_

    def test_a_summary_stands_in_the_order_of_the_article(self, assistant):
        answer = assistant.ask("summarise the article in 3 sentences", articles=["bridge.txt"])
        check(answer, assistant)
        assert len(answer.citations) == 3
        assert answer.citations == tuple(sorted(answer.citations, key=lambda c: c.start))
        assert answer.text == "\n".join(f"{c.quote} [{c.number}]" for c in answer.citations)

    def test_a_summary_of_every_article_has_the_newest_first(self, tmp_path):
        articles = tmp_path / "articles"
        text = "News of day {0}\n\n" + "The mayor opened bridge {0} on that day. " * 4
        write_articles(articles, {f"{n:02}.txt": text.format(n) for n in range(12)})
        for n in range(11):  # the last has no date
            (articles / f"{n:02}.toml").write_text(f'date = "2021-05-{n + 1:02}"\n')
        build_index(index=tmp_path, encoder=WordCounts())
        one = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
        answer = one.ask("summarise all articles")
        assert (answer.kind, answer.request) == ("answer", "summary")
        order = [citation.article_id for citation in answer.citations]
        assert order == [f"{n:02}.txt" for n in range(10, 0, -1) for _ in "12"]
        assert [citation.number for citation in answer.citations] == list(range(1, 21))
        assert answer.notes == ("Only the 10 newest of 12 articles are summarised.",)
        one_each = one.ask("summarise all articles in one sentence", articles=["11.txt", "03.txt"])
        assert [c.article_id for c in one_each.citations] == ["03.txt", "11.txt"]
        assert one_each.notes == ()

    def test_a_summary_of_every_article_about_something(self, assistant):
        answer = assistant.ask("summarise all articles about steel")
        assert cited(answer) == {"tariffs.txt"}
        assert cited(assistant.ask("summarise all articles")) == {"bridge.txt", "tariffs.txt"}
        none = assistant.ask("summarise all articles about whales")
        assert none.text.startswith("No article was found for “whales”.")
        alone = assistant.ask("summarise all articles", articles=["bridge.txt"])
        assert alone.citations == assistant.ask("summarise it", articles=["bridge.txt"]).citations

    @pytest.mark.parametrize("question", ["hello", "headline", "summarise the bridge article"])
    def test_everything_is_refused_at_one_and_confidence_stays(self, assistant, question):
        free, strict = assistant.ask(question), assistant.ask(question, min_confidence=1)
        assert not strict.found
        assert strict.confidence == free.confidence
        if free.found:
            assert (strict.kind, strict.citations) == ("not_found", ())
            assert strict.nearest

    def test_a_question_after_a_greeting_is_answered(self, assistant):
        answer = assistant.ask(f"Hi, {MAYOR}", min_confidence=0)
        plain = assistant.ask(MAYOR, min_confidence=0)
        assert answer.question == f"Hi, {MAYOR}"
        assert answer.citations == plain.citations

    def test_a_follow_up_leans_on_no_request(self, assistant):
        asked = assistant.ask(MAYOR)
        history = [asked, assistant.ask("summarise the article", [asked])]
        assert assistant.ask("Why?", history).reading == assistant.ask("Why?", [asked]).reading

    @pytest.mark.parametrize("message", ["👍", "Когда это было?", "Wann war das und warum nicht?"])
    def test_a_message_that_cannot_be_read_is_no_turn(self, assistant, message):
        asked = assistant.ask(MAYOR)
        unread = assistant.ask(message, [asked])
        assert unread.kind == "not_found"
        assert not unread.is_turn
        history = [asked, unread, unread, unread]
        assert assistant.ask("Why?", history).reading == assistant.ask("Why?", [asked]).reading
        assert assistant.ask("Who is the king of Spain?").is_turn


class TestMore:
    def test_it_goes_on_after_the_last_quote_up_to_the_end(self, assistant):
        sentences = assistant.ask("show me the bridge article").citations
        asked = assistant.ask(MAYOR)
        place = [c.quote for c in sentences].index(asked.citations[0].quote)
        history = [asked, assistant.ask("thanks")]
        read = []
        while (answer := assistant.ask("Tell me more.", history)).found:
            check(answer, assistant)
            assert (answer.request, answer.question) == ("more", "Tell me more.")
            history.append(answer)
            read += answer.citations
        assert (answer.kind, answer.text) == ("talk", replies.AT_THE_END)
        text = assistant.articles["bridge.txt"].text
        assert read[0].quote == sentences[place + 1].quote
        assert len(history) > 3
        assert read[-1].end == len(text.rstrip())
        quoted = {"", *(citation.quote for citation in asked.citations)}
        assert {text[a.end : b.start].strip() for a, b in pairwise(read)} <= quoted

    def test_what_was_quoted_with_it_is_left_out(self, assistant):
        shown = assistant.ask("show me the bridge article")
        (first, *_) = assistant.ask("go on", [shown]).citations
        assert first.start > shown.citations[-1].end

    def test_it_goes_on_in_an_article_that_is_searched(self, assistant):
        history = [assistant.ask(MAYOR), assistant.ask(STEEL)]
        assert cited(assistant.ask("what else?", history)) == {"tariffs.txt"}
        again = assistant.ask("what else?", history, articles=["bridge.txt"])
        assert cited(again) == {"bridge.txt"}

    def test_nothing_was_quoted_yet(self, assistant):
        for history in ([], [assistant.ask("hello")]):
            answer = assistant.ask("tell me more", history)
            assert (answer.kind, answer.text) == ("talk", replies.NOTHING_QUOTED)


class TestSummary:
    def test_the_sentence_that_is_most_alike_is_central(self):
        vectors = np.array([[1, 0, 0], [1, 1, 1], [0, 1, 0], [0, 0, 1]], np.float32)
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        scores = summary.lexrank(unit, np.ones(3, np.float32) / np.sqrt(3, dtype=np.float32))
        assert scores.argmax() == 1
        assert scores[1] == 1
        assert scores[0] == pytest.approx(scores[2])

    def test_the_topic_decides_between_equals(self):
        unit = np.eye(2, dtype=np.float32)
        scores = summary.lexrank(unit, np.array([0, 1], np.float32))
        assert scores.tolist() == pytest.approx([0, 1])

    def test_sentences_that_are_like_nothing_are_equal(self):
        nothing = np.zeros((3, 2), np.float32)
        assert summary.lexrank(nothing, nothing[0]).tolist() == pytest.approx([1, 1, 1])

    def test_a_repetition_is_passed_over(self):
        vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
        assert summary.diverse(np.array([1.0, 0.9, 0.8]), vectors, 2) == [0, 2]
        assert summary.diverse(np.array([0.8, 1.0]), vectors[1:], 9) == [1, 0]

    def test_no_headline_and_nothing_that_leans_on_what_is_left_out(self, small):
        index = open_index(small)
        found = summary.most_central(index, WordCounts(), index.article("bridge.txt"), 9)
        quotes = [sentence.text for sentence in found]
        assert "A Bridge for the Town" not in quotes
        assert not any(quote.startswith(("It ", "She ")) for quote in quotes)
        assert len(quotes) == 3

    def test_of_a_long_article_only_the_passages_near_the_title_are_encoded(self, tmp_path):
        told = "The mayor of the town said again that the bridge was late. " * 3
        rain = "Rain fell on all of the hills and on the fields behind them. " * 3
        text = "\n\n".join(["A bridge for the mayor", *([rain] * 60), *([told] * 5)])
        write_articles(tmp_path / "articles", {"long.txt": text})
        encoder = WordCounts()
        build_index(index=tmp_path, encoder=encoder)
        index = open_index(tmp_path)
        encoder.encoded.clear()
        found = summary.most_central(index, encoder, index.article("long.txt"))
        assert len(encoder.encoded) <= 3 * summary._PASSAGES_READ + 2
        assert {sentence.text.split()[1] for sentence in found} == {"mayor"}


class TestRealModels:
    def test_the_summary_of_the_visit(self, real):
        answer = real.ask("Could you summarise the article please?")
        check(answer, real)
        assert 3 <= len(answer.citations) <= 5
        # The lead tells what happened; by its own words the article's point is another.
        assert any("made his first trip to North Korea" in c.quote for c in answer.citations)
        assert any("at the heart of the visit" in c.quote for c in answer.citations)

    def test_headline_and_text_of_the_visit(self, real):
        headline = "Xi Jinping Visits North Korea to Pursue Diplomatic Leverage"
        assert real.ask("What's the headline?").text == f"{headline} [1]"
        shown = real.ask("show me the article")
        check(shown, real)
        assert [c.paragraph for c in shown.citations] == [1, 2, 2, 2]

    def test_another_language_is_told_plainly(self, real):
        answer = real.ask("¿Cuándo se reunió Xi con Kim Jong Il?")
        assert (answer.kind, answer.found, answer.refusal) == ("not_found", False, "not_english")
        assert answer.text == "I only understand English. Please ask in English."
