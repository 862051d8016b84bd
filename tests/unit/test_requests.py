"""What is asked of the assistant or of articles as such, told from questions to the text."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from harness.fakes import ROOT, WordCounts

from askvisit import encoder as encoders
from askvisit.encoder import Encoder
from askvisit.requests.intents import (
    CLASSIFIER,
    MOST_SENTENCES,
    IntentClassifier,
    Request,
    mask,
    recognise,
)
from askvisit.requests.language import is_english, is_surely_foreign
from askvisit.vectors import normalise

DATA = ROOT / "tests" / "data"


def lines(path: Path) -> list[dict]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def english() -> list[str]:
    """Return every English question of the test data, and those to the news."""
    told = [r["question"] for name in ("questions", "lists") for r in lines(DATA / f"{name}.jsonl")]
    told += [turn["question"] for dialogue in lines(DATA / "dialogues.jsonl") for turn in dialogue]
    return told + [q for name in ("dev.jsonl", "dialogues-dev.jsonl") for q in asked(name)]


def asked(name: str) -> list[str]:
    """Return the questions of a file of the news set."""
    rows = lines(ROOT / "data" / "news" / name)
    return sorted({q["question"] for row in rows for q in row.get("questions") or row["turns"]})


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Return the bundled encoder, for which the limits are fitted."""
    return encoders.load()


def intent(message: str, encoder: Encoder, *, loosely: bool = False) -> str | None:
    found = recognise(message, encoder, loosely=loosely)
    return found.intent if found else None


MESSAGES = {
    "greeting": ("hi", "Hello!", "heyyy there 👋", "GOOD MORNING", "hola", "Hi hello"),
    "thanks": ("thx", "Thank you so much!", "ok, thanks a lot", "ty", "thanks, very helpful"),
    "farewell": ("bye", "Goodnight.", "ok thanks, bye!", "See you later"),
    "assent": ("ok", "Great!", "that’s all", "cool, got it", "no"),
    "well_being": ("how are you?", "Hi, how’s it going?", "how r u today"),
    "identity": (
        *("who are you?", "Are you a bot?", "whats ur name", "hi, who r u?"),
        *("are you a robot", "How do you work?", "are you sure?"),
    ),
    "help": (
        *("help", "What can you do?", "HELP ME!!", "Hello, what can I ask you?"),
        *("what do you know about?", "how do I use this?", "what languages do you speak"),
    ),
    "more": (
        *("Could you tell me more about this?", "Ok, what more is there?", "go on"),
        "is there more information",
    ),
    "headline": (
        *("what is the headline?", "Title please", "Thanks! And the title again?"),
        *("And what's this article called?", "What is the title of this report?"),
        *("what's the title of the article about wool?", "Show me the title of the report"),
    ),
    "show": (
        *("show me the article", "I'd like to read the full text", "where is the article?"),
        *("Hi, can you open the article?", "show me the article about steel", "open bridge.txt"),
        *("show me the 12th article", "Can you open the Harbour Museum?", "find bridge.txt"),
        *("I would like to see the Harbour Museum", "Where is the harbour article?"),
    ),
    "summary": (
        *("summarise the article", "tl;dr", "what is the article about?", "what's this about"),
        *("Could you give me the gist?", "what are the main points", "what does the story say?"),
        *("tell me about the article", "sum it up", "What is the report about?"),
        *("whats the document about", "Tell me what the article talks about"),
        *("What is the tariffs article about?", "what happened in the bridge article"),
        *("summarise in 50 words", "summarise all articles", "Summarise “A Bridge for the Town”"),
    ),
    "list": (
        *("which articles do you have?", "list all the articles", "How many articles are there?"),
        *("Which documents do you have?", "Which texts are these?", "Can you list the stories?"),
    ),
}
AFTER_A_REFUSAL = {
    "more": ("continue reading",),
    "summary": ("Summarise the talks", "What are the main points of the paper?"),
    "author": ("Who was the reporter of this article?",),
}
REQUESTS = {
    "What is the headline?": Request("headline"),
    "summarise it in three sentences": Request("summary", sentences=3),
    "3 sentence summary": Request("summary", sentences=3),
    "a 99 sentence summary": Request("summary", sentences=MOST_SENTENCES),
    "what is the headline of the bridge article?": Request("headline", "bridge", True),
    "show me the article about steel": Request("show", "steel", True),
    "summarise the tariffs rise": Request("summary", "tariffs rise"),
    "summarise article 3": Request("summary", "3", True),
    "summarise article 3 in two sentences": Request("summary", "3", True, 2),
    "open bridge.txt": Request("show", "bridge.txt"),
    "Please, who wrote the article about Zorblax of Riverton?": Request(
        "author", "Zorblax of Riverton", True
    ),
}
QUESTIONS = (
    *("Hi, who met Kim?", "thanks, and in 2018?", "What can you tell me about Vietnam?", "peace"),
    *("Who are they?", "help for the poor", "tanks", "Good Friday Agreement", "byte", "", "?!"),
    *("who helped you know who", "what do you know about Kim?", "who built this bridge?"),
    *("Hello Kitty museum", "Are they sure?", "How do they work?", "What is the case?", "news"),
    *("What languages does he speak?", "Is it live?", "How is the fuel?", "Is there a core?"),
    *("What else happened?", "tell me more about the treaty", "who else?", "And the next one?"),
    *("What did the report say about sanctions?", "what happened?", "What is this?", "why?"),
    *("What are the main exports of China?", "Article 5", "particles", "What did the report find?"),
    *("what does the paper show", "Which names are given?", "What does article 5 say?"),
    *("What is article 5 about?", "Is article 5 open?", "Where is article 50 mentioned?"),
    *("What happened to the paper?", "What will the report say?", "Is the report open?"),
    *("What did the document contain?", "What does the report say?", "Up to what sum?"),
    *("When did the Harbour Museum open?", "Where is the Harbour Museum?", "Where did it go?"),
    *("What does the Harbour Museum show?", "Can you show me where the bridge is?"),
    *("How many documents does it list?", "Which documents are cited?", "What did he write?"),
    *("How many articles does the treaty have?", "How many articles are in the treaty?"),
    *("What was the last article of the treaty?", "Which newspaper broke the story?"),
    *("What does the last article say?", "What was in last year's article about the fire?"),
    *("On which day?", "And by what date?", "in what month", "Who wrote the anthem?"),
    *("Is Mrs Adanir quoted in the harbour article?", "Who is named in the wolves story?"),
    *("How many people died in the fire article?", "Does the dam article mention Mr Lind?"),
    *("Why was Okoye hurt in the cycling article?", "Was this written before the drought?"),
    *("What did Mrs Lind say in the harbour story?", "Who is mentioned in the fire article?"),
    "Is the dam article older than the levee?",
)


@pytest.mark.parametrize(
    ("message", "wanted"), [(m, wanted) for wanted, some in MESSAGES.items() for m in some]
)
def test_a_request_is_recognised_however_it_is_worded(encoder, message, wanted):
    assert intent(message, encoder) == wanted


@pytest.mark.parametrize(
    ("message", "wanted"), [(m, wanted) for wanted, some in AFTER_A_REFUSAL.items() for m in some]
)
def test_fewer_shared_words_are_enough_after_a_refusal(encoder, message, wanted):
    assert intent(message, encoder, loosely=True) == wanted


@pytest.mark.parametrize(("message", "request_"), REQUESTS.items())
def test_what_is_asked_for_and_of_which_article(encoder, message, request_):
    assert recognise(message, encoder) == request_


@pytest.mark.parametrize("message", QUESTIONS)
def test_a_question_to_the_text_is_no_request(encoder, message):
    assert recognise(message, encoder, loosely=True) is None


def test_no_question_of_the_data_is_a_request_but_a_few_that_are_worded_as_one(encoder, english):
    assert len(english) > 1000
    assert [q for q in english if recognise(q, encoder)] == [
        "What's the title?",
        "What's your name?",
    ]


def test_hardly_a_turn_in_any_dialogue_is_one(encoder):
    told = asked("dialogues-train.jsonl.gz")[::3]
    assert len(told) > 5000
    assert len([q for q in told if recognise(q, encoder)]) <= 0.002 * len(told)


def test_most_of_what_is_asked_of_articles_is_recognised(encoder):
    rows = [row for row in lines(DATA / "facts.jsonl") if row["wanted"]]
    right = [r for r in rows if intent(r["question"], encoder, loosely=True) == r["wanted"]]
    assert len(right) / len(rows) >= 0.8


@pytest.fixture(scope="module")
def several(encoder) -> list[dict]:
    """Return what is asked of several articles, and what looks like it, as it is recognised."""
    rows = lines(DATA / "several.jsonl")
    for row in rows:
        found = recognise(row["question"], encoder, loosely=True)
        row["found"] = found and ("every" if found.of_every else found.intent)
    return rows


def test_most_of_what_is_asked_of_several_articles_is_recognised(several):
    asked = [row for row in several if row["wanted"] in ("papers", "every")]
    wrong = [row for row in asked if row["found"] != row["wanted"]]
    assert len(wrong) <= 0.05 * len(asked), wrong


def test_hardly_anything_that_looks_like_it_is_taken_for_it(several):
    others = [row for row in several if row["wanted"] not in ("papers", "every")]
    taken = [row for row in others if row["found"] in ("papers", "every")]
    assert len(taken) <= 0.03 * len(others), taken


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("What do the papers say about who won the vote?", "who won the vote"),
        ("How do the accounts of the strike on the dam differ?", "strike on the dam"),
        ("How did the toll on the bridge change?", "toll on the bridge"),
        ("Do the articles agree on the date of the vote?", "date of the vote"),
    ],
)
def test_a_topic_is_whole(encoder, message, topic):
    found = recognise(message, encoder, loosely=True)
    assert (found.intent, found.about) == ("papers", topic)


@pytest.mark.parametrize(
    ("message", "of_every"),
    [
        *(("summarise all", True), ("summarise all articles about wool", True)),
        *(("sum it all up", False), ("What is the article all about?", False)),
        *(("summarise all of this article", False), ("summarise every bridge", False)),
    ],
)
def test_all_articles_are_meant_only_if_they_are_named(encoder, message, of_every):
    assert recognise(message, encoder, loosely=True).of_every is of_every


def test_what_an_article_says_is_asked_of_its_text(encoder):
    others = [row["question"] for row in lines(DATA / "facts.jsonl") if row["wanted"] is None]
    taken = [question for question in others if recognise(question, encoder, loosely=True)]
    assert len(taken) <= 0.25 * len(others), taken


@pytest.mark.parametrize(
    ("message", "alone", "follow_up"),
    [
        ("Who wrote this?", True, True),
        ("Who wrote the article?", True, True),
        ("Who is the author?", True, False),
        ("Who is the journalist?", False, False),
        ("Which newspaper is it from?", True, False),
        ("What is the newest article?", True, True),
        ("Which one is the newest?", True, False),
        ("What was it about?", True, False),
        ("What was this about?", True, True),
        ("What is the title?", True, False),
        ("What is the headline?", True, True),
        ("What are the main points?", True, False),
        ("summarise it", True, True),
        ("tell me more", True, True),
        ("What do the papers say about the toll?", True, True),
        ("How did the toll change?", True, False),
        ("Compare “Trouble with box nine” and “A judge halts the vote”", True, True),
        ("What's new about the mayor since 12 November?", True, True),
    ],
)
def test_what_may_be_in_the_text_is_not_sure(encoder, message, alone, follow_up):
    assert recognise(message, encoder).is_sure is alone
    assert recognise(message, encoder, is_follow_up=True).is_sure is follow_up


def test_an_example_and_a_question_are_known_without_the_encoder():
    encoder = WordCounts()
    assert intent("Who wrote this?", encoder) == "author"
    assert intent("Who wrote the book?", encoder) is None
    assert encoder.encoded == []


def test_names_do_not_decide_what_is_asked():
    masked = "who wrote the article about something", "Zorblax of Riverton"
    assert mask("Who wrote the article about Zorblax of Riverton?") == masked


def test_hardly_a_question_waits_for_the_encoder(encoder):
    class Counting:
        name, sha256, dimension = encoder.name, encoder.sha256, encoder.dimension
        encoded = 0

        def encode_query(self, texts):
            self.encoded += 1
            return encoder.encode_query(texts)

        encode_document = encode_query

    CLASSIFIER.fit(encoder)
    counting, questions = Counting(), asked("dev.jsonl")
    for question in questions:
        recognise(question, counting)
    assert counting.encoded <= 0.05 * len(questions)


def test_the_stored_vectors_are_those_of_the_examples(encoder):
    """If this fails, the examples were changed: run python -m training.intents."""
    stored = CLASSIFIER._stored(encoder)
    assert stored is not None
    some = list(CLASSIFIER.examples)[::100]
    fresh = normalise(encoder.encode_query(some))
    assert np.abs(stored[::100] - fresh).max() < 1e-3


def test_stored_vectors_of_other_examples_or_another_encoder_are_not_used(tmp_path):
    path = tmp_path / "intents.toml"
    path.write_text('questions = ["Who met the mayor?"]\n[help]\nexamples = ["help me"]\n')
    classifier, words = IntentClassifier(path), WordCounts()
    classifier.store(words)
    assert classifier._stored(words) is not None
    assert classifier._stored(WordCounts("other", ("band", "steel"))) is None
    path.write_text('questions = []\n[help]\nexamples = ["help me please"]\n')
    assert IntentClassifier(path)._stored(words) is None
    (tmp_path / "intents.npz").write_bytes(b"damaged")
    assert classifier._stored(words) is None


def test_the_words_near_an_example_have_its_intent(tmp_path):
    file = tmp_path / "few.toml"
    file.write_text(
        'questions = ["mayor mayor"]\n[one]\nexamples = ["bridge"]\n[two]\nexamples = ["tariff"]\n'
    )
    classifier = IntentClassifier(file)
    assert classifier.intent("bridges", WordCounts()) == "one"
    assert classifier.intent("tariffs", WordCounts()) == "two"
    assert classifier.intent("mayors", WordCounts()) is None


class TestLanguage:
    def test_most_questions_in_other_languages_are_told(self):
        foreign = [row["question"] for row in lines(DATA / "languages.jsonl")]
        assert sum(not is_english(question) for question in foreign) / len(foreign) >= 0.9

    def test_many_are_surely_foreign_and_none_with_an_english_question_word(self):
        foreign = [row["question"] for row in lines(DATA / "languages.jsonl")]
        assert sum(map(is_surely_foreign, foreign)) / len(foreign) >= 0.7
        assert not is_surely_foreign("Who is Inês Carvalhal?")
        assert not is_surely_foreign("rosé")

    def test_in_english_none_is_surely_foreign(self, english):
        assert not any(map(is_surely_foreign, english))

    def test_hardly_one_in_english_is_mistaken(self, english):
        assert len([q for q in english if not is_english(q)]) <= 0.005 * len(english)


@pytest.mark.parametrize("wanted", ["compare", "new"])
def test_most_requests_to_compare_articles_or_for_what_is_new_are_recognised(several, wanted):
    asked = [row for row in several if row["wanted"] == wanted]
    assert sum(row["found"] == wanted for row in asked) / len(asked) >= 0.8
    others = [row for row in several if row["wanted"] is None]
    assert sum(row["found"] == wanted for row in others) / len(others) <= 0.03
