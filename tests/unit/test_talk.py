"""Small talk, requests and other languages, distinguished from questions to the text."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from harness.fakes import ROOT

from askvisit import encoder as encoders
from askvisit import talk
from askvisit.encoder import Encoder
from askvisit.index import PassageIndex, open_index
from askvisit.rewriting.wrapping import without_greeting
from askvisit.talk import more
from askvisit.talk.language import is_foreign
from askvisit.talk.requests import MOST_SENTENCES, Request, parse
from askvisit.talk.smalltalk import respond, responses
from askvisit.text import content_words

DATA = ROOT / "tests" / "data"


def rows(name: str) -> list[dict]:
    return lines(DATA / name)


def lines(path: Path) -> list[dict]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def english() -> list[str]:
    """Return every English question of the test data."""
    told = [row["question"] for name in ("questions", "lists") for row in rows(f"{name}.jsonl")]
    told += [turn["question"] for dialogue in rows("dialogues.jsonl") for turn in dialogue]
    with gzip.open(DATA / "squad-passages.json.gz") as file:
        paragraphs = [p for page in json.load(file)["data"] for p in page["paragraphs"]]
    return told + [asked["question"] for p in paragraphs for asked in p["qas"]]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Return the bundled encoder, for which the limits of small talk are fitted."""
    return encoders.load()


@pytest.fixture(scope="module")
def index() -> PassageIndex:
    return open_index(ROOT / "index")


SMALL_TALK = {
    "greeting": ("hi", "Hello!", "heyyy there 👋", "GOOD MORNING", "hola", "Hi hello"),
    "thanks": ("thx", "Thank you so much!", "ok, thanks a lot", "ty", "thanks, very helpful"),
    "farewell": ("bye", "Goodnight.", "ok thanks, bye!", "See you later", "good nigth all"),
    "assent": ("ok", "Great!", "that’s all", "cool, got it", "no"),
    "well_being": ("how are you?", "Hi, how’s it going?", "how r u today"),
    "identity": (
        *("who are you?", "Are you a bot?", "whats ur name", "hi, who r u?"),
        *("are you a robot", "How do you work?", "are you sure?"),
    ),
    "help": (
        *("help", "What can you do?", "how does this wrok?", "HELP ME!!", "whta can u do"),
        *("Hello, what can I ask you?", "what do you know about?", "how do I use this?"),
        "what languages do you speak",
    ),
}
REQUESTS = {
    Request("headline"): (
        *("what is the headline?", "Title please", "headlne", "Thanks! And the title again?"),
        "And what's this article called?",
    ),
    Request("show"): (
        *("show me the article", "I'd like to read the full text", "where is the article?"),
        "Hi, can you open the article?",
    ),
    Request("summary"): (
        *(
            "summarise the article",
            "tl;dr",
            "Sumarize it pls",
            "summarise in 50 words",
            "what is the article about?",
        ),
        *("what's this about", "Could you give me the gist?", "what are the main points"),
        *("what does the story say?", "tell me about the article", "sum it up"),
    ),
    Request("list"): ("which articles do you have?", "list all the articles"),
    Request("summary", sentences=3): ("summarise it in three sentences", "3 sentence summary"),
    Request("summary", sentences=MOST_SENTENCES): ("a 99 sentence summary",),
    Request("headline", "bridge"): ("what is the headline of the bridge article?",),
    Request("show", "steel"): ("show me the article about steel",),
    Request("summary", "tariffs rise", loosely=False, by_words=True): (
        "summarise Tariffs Rise Again",
    ),
    Request("summary", "3"): ("summarise article 3", "Give me a summary of article #3"),
    Request("summary", "3", sentences=2): ("summarise article 3 in two sentences",),
    Request("show", "12"): ("show me article 12",),
    Request("show", "bridge.txt", loosely=False): ("open bridge.txt",),
}


def pairs(table: dict) -> list[tuple]:
    return [(message, expected) for expected, messages in table.items() for message in messages]


class TestLanguage:
    @pytest.mark.parametrize("question", ["?!…", "🙂🙂", "——", "\ud800", "\0", "___"])
    def test_no_words(self, question):
        assert talk.why_unreadable(question) == talk.NO_WORDS

    @pytest.mark.parametrize(
        "question", ["متى زار شي؟", "习近平何时访问？", "Когда Си встретил Кима?", "¿Y en 2018?"]
    )
    def test_another_language(self, question):
        assert talk.why_unreadable(question) == talk.NOT_ENGLISH

    @pytest.mark.parametrize(
        "question",
        [
            *("When did Xi meet Kim?", "2009?", "Who is 习近平, Xi Jinping?", "Ｗｈｏ？", "Où?"),
            *("Rio de la Plata", "el al flights", "quando rondo rapper", "Lake Como hotels"),
            *("Who wrote “Por qué no te callas”?", "ben hur in rome", "cosa nostra boss"),
            *("Alphen aan den Rijn", "de facto ruler", "Der Spiegel report", "vis a vis china"),
            *("kim father name", "wat is kim doing", "wer is xi", "che guevara", "dos santos?"),
            *("El Niño y La Niña", "Sturm und Drang", "hasta la vista", "qui tam lawsuit"),
        ],
    )
    def test_what_can_be_looked_up(self, question):
        assert talk.why_unreadable(question) is None

    @pytest.mark.parametrize(
        "question",
        [
            *("Was David Lange elected in 1984?", "Lange was prime minister of New Zealand"),
            *("I like ska music", "I work till five", "Was Yang Di in Beijing?"),
            *("Is a dime in Los Angeles worth a lot?", "Ile de la Cité population"),
            *("Was Simone Weil a philosopher?", "Was Jimmy Durante in Las Vegas?"),
            *("Was Sturm und Drang a movement in Germany?", "Is Quanta in EU?"),
            "Was only Die Zeit und Der Spiegel sold in Hamburg?",
        ],
    )
    def test_names_and_words_that_english_shares_do_not_make_it_foreign(self, question):
        assert talk.why_unreadable(question) is None

    @pytest.mark.parametrize(
        "question",
        [
            *("Jag undrar vad Xi gjorde i Kina", "Ich habe lange gewartet"),
            *("Jaka jest stolica Polski?", "Was wird passieren?"),
        ],
    )
    def test_in_a_foreign_sentence_the_same_words_count(self, question):
        assert talk.why_unreadable(question) == talk.NOT_ENGLISH

    def test_no_english_question_is_refused_however_it_is_typed(self, english):
        assert len(english) > 600
        typed = [form for q in english for form in (q, q.lower(), " ".join(content_words(q)))]
        assert [question for question in typed if is_foreign(question)] == []

    @pytest.mark.parametrize(("split", "least"), [("tune", 0.85), ("final", 0.7)])
    def test_most_questions_in_other_languages_are_told(self, split, least):
        told = [
            is_foreign(row["question"]) for row in rows("languages.jsonl") if row["split"] == split
        ]
        assert sum(told) / len(told) >= least


class TestSmallTalk:
    @pytest.mark.parametrize(("message", "intent"), pairs(SMALL_TALK))
    def test_is_responded_to(self, encoder, index, message, intent):
        assert respond(message, encoder, index) == responses()[intent]

    @pytest.mark.parametrize(
        "message",
        [
            *("Hi, who met Kim?", "thanks, and in 2018?", "What can you tell me about Vietnam?"),
            *(
                "Who are they?",
                "help for the poor",
                "tanks",
                "Good Friday Agreement",
                "peace",
                "byte",
            ),
            *(
                "who helped you know who",
                "what do you know about Kim?",
                "who built this bridge?",
                "",
                "Hello Kitty museum",
            ),
            *("Are they sure?", "How do they work?", "What languages does he speak?"),
        ],
    )
    def test_is_no_small_talk(self, encoder, index, message):
        assert respond(message, encoder, index) is None

    @pytest.mark.parametrize(
        "message",
        [
            *("What is the case?", "What is the core?", "What is the chart?", "Is it live?"),
            *("Is there a case?", "What is the card?", "What is the hold?", "How is the fuel?"),
            *("Is it held?", "What is the cart?", "Is there a core?", "How is the feed?"),
        ],
    )
    def test_an_english_word_is_no_typo(self, encoder, index, message):
        assert respond(message, encoder, index) is None

    def test_hardly_a_question_of_the_test_data_is_any(self, encoder, index, english):
        assert [q for q in english if respond(q, encoder, index)] == ["What's your name?"]

    def test_no_question_to_the_news_and_no_turn_about_them_is_any(self, encoder, index):
        news = ROOT / "data" / "news"
        told = [q["question"] for row in lines(news / "dev.jsonl") for q in row["questions"]]
        for row in lines(news / "dialogues-train.jsonl.gz"):
            told += [turn["question"] for turn in row["turns"]]
        assert len(set(told)) > 5000
        assert [q for q in set(told) if respond(q, encoder, index)] == []
        assert [q for q in set(told) if more.is_asked_for(q, encoder)] == []

    @pytest.mark.parametrize(
        ("message", "asks"),
        [
            *[(m, True) for m in ("Could you tell me more about this?", "continue reading")],
            *[(m, True) for m in ("Ok, what more is there?", "is there more information")],
            *[(m, False) for m in ("What else happened?", "tell me more about the treaty")],
            *[(m, False) for m in ("who else?", "more about him", "And the next one?", "")],
        ],
    )
    def test_more_is_asked_for_in_other_words_too(self, encoder, message, asks):
        assert more.is_asked_for(message, encoder) is asks

    @pytest.mark.parametrize(
        ("message", "rest"),
        [
            ("Hi, who met Kim?", "who met Kim?"),
            ("hello there who met Kim?", "who met Kim?"),
            ("Thanks! And in 2018?", "And in 2018?"),
            ("Hi! Thank you very much. Who did?", "Who did?"),
            ("hello, what's the headline?", "what's the headline?"),
            ("ok, why?", "why?"),
        ],
    )
    def test_a_question_after_a_greeting(self, message, rest):
        assert without_greeting(message) == rest

    @pytest.mark.parametrize(
        "message",
        [
            *("hi", "Hi-Lo country", "Hey Jude writer", "Great Britain and trade", "No. 10 staff"),
            *("Who met Kim?", "so what?", "", "?!", "and in 2018?", "Thanks Vietnam"),
        ],
    )
    def test_what_begins_with_no_greeting_stays(self, message):
        assert without_greeting(message) == message


class TestRequests:
    @pytest.mark.parametrize(("message", "request_"), pairs(REQUESTS))
    def test_are_told_however_they_are_worded(self, message, request_):
        assert parse(message) == request_

    @pytest.mark.parametrize(
        "message",
        [
            *(
                "What did the report say about sanctions?",
                "who wrote the article?",
                "Who is in the news?",
            ),
            *(
                "What is the main focal point of the meeting?",
                "what happened?",
                "What is this?",
                "why?",
            ),
            *(
                "what does it mean?",
                "When was the article published?",
                "tell me about Vietnam",
                "news",
            ),
            *("What are the main exports of China?", "Article 5", "particles", "", "?!"),
            *(
                "What did the report find?",
                "what does the paper show",
                "Which names are given?",
            ),
            *("What does article 5 say?", "What is article 5 about?", "Is article 5 open?"),
            *("Where is article 50 mentioned?", "What is the title of article 5?"),
        ],
    )
    def test_a_question_is_none(self, message):
        assert parse(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            *("What happened to the paper?", "What was the report called?"),
            *("What will the report say?", "What is the paper's name?", "Is the report open?"),
            *("What did the document contain?", "What does the report say?", "Up to what sum?"),
            *("What will the report show?", "What does it say in the paper?"),
            "What was the main topic of Monday's talks?",
        ],
    )
    def test_what_happened_to_a_report_is_no_request(self, message):
        assert parse(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            *("When did the Harbour Museum open?", "Where is the Harbour Museum?"),
            *("What does the Harbour Museum show?", "What can one see in the Harbour Museum?"),
            *("Where did Lind beat Holm?", "Can you show me where the bridge is?"),
            *("And when will the Harbour Museum open?", "Was the Harbour Museum open?"),
            *("Has the Harbour Museum opened?", "Can one see the Harbour Museum?"),
            "when the Harbour Museum open?",
        ],
    )
    def test_what_is_to_be_seen_in_the_text_is_no_request(self, message):
        assert parse(message) is None

    @pytest.mark.parametrize(
        ("message", "about"),
        [
            *(("show me the Harbour Museum", "harbour museum"), ("open Lind beats Holm", None)),
            *(("Can you open the Harbour Museum?", "harbour museum"), ("find bridge.txt", None)),
            *(("I would like to see the Harbour Museum", "harbour museum"), ("show Sun", None)),
            ("show me Why Tariffs Rise", "why tariffs rise"),
        ],
    )
    def test_an_order_to_show_it_is_one(self, message, about):
        request = parse(message)
        assert (request.wanted, request.loosely) == ("show", False)
        assert about in (None, request.about)

    @pytest.mark.parametrize(
        "message",
        [
            *("How many documents does it list?", "How many stories does it have?"),
            *("Which documents are cited?", "How many texts were there?"),
        ],
    )
    def test_documents_in_the_text_are_not_those_of_the_assistant(self, message):
        assert parse(message) is None

    @pytest.mark.parametrize(
        "message",
        [
            *("Which documents do you have?", "list the documents", "show all stories"),
            *("How many texts are there here?", "What are your stories?", "Which texts are these?"),
            *("How many articles are there?", "Can you list the stories?"),
        ],
    )
    def test_those_of_the_assistant_are_listed(self, message):
        assert parse(message) == Request("list")

    def test_the_title_of_a_report_is_asked_of_the_text(self):
        assert parse("What is the title of the report?") is None
        assert parse("What is the title of this report?") == Request("headline")
        assert parse("Show me the title of the report") == Request("headline")

    def test_the_talks_are_the_name_of_something(self):
        assert parse("What was the main topic of the talks?") == Request("summary", "talks", False)
        assert parse("Summarise the talks") == Request("summary", "talks", False, by_words=True)

    @pytest.mark.parametrize(
        ("message", "wanted"),
        [
            *(("What is this report about?", "summary"), ("Summarise the report", "summary")),
            *(("What is the report about?", "summary"), ("whats the document about", "summary")),
            *(("What are the main points of the paper?", "summary"), ("show the report", "show")),
            *(("Can I read the full document?", "show"), ("what this talks about", "summary")),
            ("Tell me what the article talks about", "summary"),
        ],
    )
    def test_a_report_that_must_be_the_article_is_one(self, message, wanted):
        assert parse(message) == Request(wanted)

    def test_of_the_test_data_only_the_title_is_one(self, english):
        surely = [q for q in english if (request := parse(q)) and request.loosely]
        assert surely == ["What's the title?"]
