"""Questions about an article itself: what is answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness.fakes import (
    ScriptedReader,
    ScriptedResolver,
    SharedWords,
    WordCounts,
    calibration,
    write_articles,
)

from askvisit import Answer, Assistant, build_index
from askvisit.records import Fact
from askvisit.requests import intents
from askvisit.requests.intents import Request

RECOGNISE = intents.recognise
BODY = "The mayor opened the bridge on Monday. It cost two million crowns.\n"
BRIDGE = f"A Bridge for the Town\n\nBy Ada Quill, The Riverton Herald\n\n3 May 2021\n\n{BODY}"
FERRY = "The Last Ferry\n\nThe ferry made its last trip, and the minister came to see it off.\n"
RAILWAY = "A Railway Again\n\nThe minister opened the railway, and nobody was late for once.\n"


@pytest.fixture
def news(tmp_path):
    """Return an assistant over three articles; what is known of each is in its text or record."""
    folder = tmp_path / "index"
    articles = folder / "articles"
    articles.mkdir(parents=True)
    (articles / "bridge.txt").write_text(BRIDGE)
    (articles / "bridge.toml").write_text(
        'source = "The Riverton Herald"\nurl = "https://r.example"'
    )
    (articles / "ferry.txt").write_text(FERRY)
    (articles / "ferry.toml").write_text('author = "Bo Reed"\ndate = 2019-06-26\nsource = "Post"')
    (articles / "railway.txt").write_text(RAILWAY)
    build_index(index=folder, encoder=WordCounts())
    return Assistant(folder, WordCounts(), SharedWords(), calibration(), ScriptedResolver())


def folder_of(assistant: Assistant) -> Path:
    return assistant._location.path


def check_quotes(answer: Answer, assistant: Assistant) -> None:
    assert (answer.kind, answer.found, answer.confidence) == ("answer", True, 1.0)
    for citation in answer.citations:
        text = assistant.articles[citation.article_id].text
        assert text[citation.start : citation.end] == citation.quote
        if citation.span is not None:
            assert text[citation.span_start : citation.span_end] == citation.span
    assert Answer.from_dict(json.loads(json.dumps(answer, default=vars))).facts == answer.facts


@pytest.mark.parametrize(
    ("question", "name", "span", "value"),
    [
        ("Who wrote the article about the bridge?", "author", "Ada Quill", "Ada Quill"),
        ("When was the article about the bridge published?", "date", "3 May 2021", "2021-05-03"),
        (
            "Which paper is the article about the bridge from?",
            *("source", "The Riverton Herald", "The Riverton Herald"),
        ),
    ],
)
def test_what_the_article_prints_is_quoted(news, question, name, span, value):
    answer = news.ask(question)
    check_quotes(answer, news)
    assert answer.request == name
    assert [c.span for c in answer.citations] == [span]
    assert answer.facts == (Fact("bridge.txt", "A Bridge for the Town", name, value, True),)


def test_what_only_the_record_tells_is_told_as_that(news):
    answer = news.ask("Who wrote the article about the ferry?")
    assert (answer.kind, answer.found, answer.request) == ("talk", False, "author")
    assert answer.text == "According to its record, the author of “The Last Ferry” is Bo Reed."
    assert answer.facts == (Fact("ferry.txt", "The Last Ferry", "author", "Bo Reed", False),)
    address = news.ask("Link to the article about the bridge")
    assert [fact.value for fact in address.facts] == ["https://r.example"]


def test_a_record_that_contradicts_the_text_is_told_beside_it(news):
    sidecar = folder_of(news) / "articles" / "bridge.toml"
    sidecar.write_text('author = "Cy Moss"\ndate = 2021-05-04')
    build_index(index=folder_of(news), encoder=WordCounts())
    answer = news.ask("Who wrote the article about the bridge?")
    check_quotes(answer, news)
    assert [(f.value, f.printed) for f in answer.facts] == [("Ada Quill", True), ("Cy Moss", False)]
    assert "Ada Quill" in answer.text
    assert (
        "According to its record, the author of “A Bridge for the Town” is Cy Moss." in answer.text
    )
    published = news.ask("When was the article about the bridge published?")
    assert [f.value for f in published.facts] == ["2021-05-03", "2021-05-04"]


def test_a_record_in_other_words_contradicts_nothing(news):
    (folder_of(news) / "articles" / "bridge.toml").write_text('date = "2021-05"')
    build_index(index=folder_of(news), encoder=WordCounts())
    published = news.ask("When was the article about the bridge published?")
    assert [f.value for f in published.facts] == ["2021-05-03"]


def test_what_nobody_tells_is_said(news):
    answer = news.ask("Who wrote the article about the railway?")
    assert answer.kind == "talk"
    author = "The author of “A Railway Again” is not known. Its record (railway.toml) can give it."
    assert answer.text == author
    assert answer.facts == ()


def test_it_is_the_article_cited_last_or_asked_for(news):
    which = news.ask("Who wrote this article?")
    assert which.text.startswith("Which article? There are 3 articles: 1. “A Bridge for the Town”")
    ferry = news.ask("Who wrote the article about the ferry?")
    assert news.ask("When was it published?", [ferry]).facts[0].value == "2019-06-26"
    assert news.ask("Who wrote this article?", articles=["ferry.txt"]).facts[0].value == "Bo Reed"


@pytest.mark.parametrize("name", ["2", "the second one", "the ferry article", "ferry.txt"])
def test_the_article_named_when_asked_for_completes_the_question(news, name):
    for question, value in (
        ("Who wrote this article?", "Bo Reed"),
        ("When was it published?", "2019-06-26"),
    ):
        which = news.ask(question)
        assert which.text.startswith("Which article?")
        assert [fact.value for fact in news.ask(name, [which]).facts] == [value]


def test_it_may_be_something_in_the_text_where_the_article_has_no_such_fact(news):
    railway = news.ask("Who opened the railway?")
    assert railway.citations[0].article_id == "railway.txt"
    assert news.ask("When was it published?", [railway]).request is None
    assert news.ask("When was this article published?", [railway]).kind == "talk"


MUSEUM = (
    "A Museum Burns\n\nBy Lars Beck\n\n10 June 2022\n\n"
    "Falk wrote a book on ships, and it was published in 2015. The museum was opened in 1952. "
    "Nobody knows the title.\n"
)
OF_A_WORK = (
    ("When was it published?", "date"),
    ("Who is the author?", "author"),
    ("What is the title?", "headline"),
    ("What was it about?", "summary"),
)


@pytest.fixture
def museum(tmp_path):
    """Return an assistant over an article whose text has a book, which follow-ups lean on."""
    folder = write_articles(tmp_path / "articles", {"museum.txt": MUSEUM}).parent
    build_index(index=folder, encoder=WordCounts())
    resolver = ScriptedResolver({question: ["book"] for question, _ in OF_A_WORK})
    return Assistant(folder, WordCounts(), SharedWords(), calibration(), resolver)


@pytest.mark.parametrize(("question", "request_"), OF_A_WORK)
def test_it_is_the_work_that_the_last_turns_were_about(museum, question, request_):
    book = museum.ask("What did Falk write, a book?")
    of_book = museum.ask(question, [book])
    assert (of_book.kind, of_book.request, of_book.reading) == (
        *("answer", None),
        f"{question} — book",
    )
    again = museum.ask(question, [book, museum.ask("When in 2015?", [book])])
    assert again.reading == f"{question} — book"
    headline = museum.ask("What is the headline?", [book])
    line = museum.ask("What did Falk write, a book? What is the headline?")
    for history in ([], [book, headline], [line]):
        assert museum.ask(question, history).request == request_


def test_it_is_the_article_where_the_text_has_no_sure_answer(museum):
    book = museum.ask("What did Falk write, a book?")
    assert museum.ask("Who is it by?", [book]).facts[0].value == "Lars Beck"
    for question in ("When was this written?", "Who wrote this article?", "the headline?"):
        assert museum.ask(question, [book]).request is not None
    assert museum.ask("summarise it", [book]).request == "summary"
    assert museum.ask("the title").request == "headline"
    refused = museum.ask("Who is it by?", [book], min_confidence=1)
    assert (refused.kind, refused.facts) == ("not_found", ())


def test_the_newest_one_may_be_one_of_those_just_talked_about(news):
    which = "Which one is the newest?"
    news._resolver = ScriptedResolver({which: ["railway"]})
    railway = news.ask("Who opened the railway?")
    assert news.ask(which, [railway]).reading == f"{which} — railway"
    assert news.ask("What is the newest article?", [railway]).request == "newest"
    assert news.ask(which, [railway, news.ask("list the articles")]).request == "newest"
    news._reader = ScriptedReader({})
    assert news.ask(which, [railway]).request == "newest"
    assert news.ask(which, [railway], articles=["railway.txt"]).kind == "not_found"
    assert news.ask(which, articles=["railway.txt"]).text.startswith("None of the articles has")


def test_that_no_article_is_about_something_is_said_where_nothing_else_was_asked(news, monkeypatch):
    done = "Is anything being done about it?"
    _recognised(monkeypatch, {done: Request("about", "done")})
    assert news.ask(done).text.startswith("No passage was found with the word “done”.")
    _recognised(monkeypatch, {done: Request("about", "done", is_sure=False)})
    assert news.ask(done, [news.ask("Who opened the railway?")]).kind == "not_found"


LEAK = (
    "The Reporter in Jail\n\nBy Ada Quill\n\n3 May 2021\n\n"
    "A court jailed the journalist Marit Holm. Her source, a clerk, came forward. "
    "The trade paper did not say a word, nor did the newspaper. The address is known. "
    "Its author gave her name.\n"
)


@pytest.fixture
def leak(tmp_path):
    """Return an assistant over an article about a journalist."""
    folder = write_articles(tmp_path / "articles", {"leak.txt": LEAK}).parent
    build_index(index=folder, encoder=WordCounts())
    return Assistant(folder, WordCounts(), SharedWords(), calibration(), ScriptedResolver())


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Who is the journalist?", "A court jailed the journalist Marit Holm."),
        ("What is the source?", "Her source, a clerk, came forward."),
        ("What is the address?", "The address is known."),
    ],
)
def test_who_or_what_is_in_the_news_is_read(leak, monkeypatch, question, quote):
    unsure = {"What is the source?": "source", "What is the address?": "url"}
    _recognised(monkeypatch, {q: Request(name, is_sure=False) for q, name in unsure.items()})
    answer = leak.ask(question)
    assert (answer.request, answer.citations[0].quote) == (None, quote)
    leak._reader = ScriptedReader({})
    unsure = leak.ask(question)
    assert [f.value for f in unsure.facts] == (["Ada Quill"] if "journalist" in question else [])
    assert unsure.kind == ("answer" if unsure.facts else "not_found")


@pytest.mark.parametrize(
    ("question", "wanted", "value"),
    [
        ("Who is the author?", "author", "Ada Quill"),
        ("When was the paper published?", "date", "2021-05-03"),
        ("When was it published?", "date", "2021-05-03"),
    ],
)
def test_who_or_what_is_not_is_of_the_article(leak, monkeypatch, question, wanted, value):
    _recognised(monkeypatch, {question: Request(wanted)})
    assert [fact.value for fact in leak.ask(question).facts] == [value]


def _recognised(monkeypatch, requests: dict[str, Request]) -> None:
    """Have questions recognised as requests, which takes the real encoder."""

    def recognised(message, encoder, **options):
        request = requests.get(message)
        if request is None or not (request.is_sure or options.get("loosely")):
            return RECOGNISE(message, encoder, **options)
        return request

    monkeypatch.setattr(intents, "recognise", recognised)


def test_a_work_that_is_no_article_is_asked_of_the_text(news):
    for question in ("Who wrote the anthem?", "Who wrote the report about the bridge?"):
        assert news.ask(question).request is None


@pytest.mark.parametrize(
    ("question", "article"),
    [("What is the newest article?", "bridge.txt"), ("Which one is the oldest?", "ferry.txt")],
)
def test_the_newest_and_the_oldest_are_named_by_their_headlines(news, question, article):
    answer = news.ask(question)
    check_quotes(answer, news)
    assert [c.article_id for c in answer.citations] == [article]
    assert answer.citations[0].paragraph == 1
    assert answer.facts[0].value in answer.text
    assert "1 of 3 articles has no date." in answer.text


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("What is the newest article about the ferry?", "ferry.txt"),
        ("Which is the latest story on the ferry?", "ferry.txt"),
        ("What is the oldest article about the bridge?", "bridge.txt"),
    ],
)
def test_the_newest_on_a_topic_is_one_about_it(news, question, article):
    answer = news.ask(question)
    check_quotes(answer, news)
    assert [c.article_id for c in answer.citations] == [article]


def test_there_is_no_newest_of_what_no_article_is_about(news):
    answer = news.ask("What is the newest article about zebras?")
    assert (answer.kind, answer.citations) == ("talk", ())
    assert answer.text.startswith("No article was found for “zebras”.")


def test_articles_without_dates_have_no_newest(news):
    answer = news.ask("What is the newest article?", articles=["railway.txt"])
    assert answer.kind == "talk"
    assert "NAME.toml" in answer.text


def test_the_articles_about_something_are_quoted_where_they_say_it(news):
    answer = news.ask("Which articles are about the minister?")
    check_quotes(answer, news)
    assert {c.article_id for c in answer.citations} == {"ferry.txt", "railway.txt"}
    assert all("minister" in c.quote for c in answer.citations)
    only = news.ask("Which article is about the minister?", articles=["ferry.txt"])
    assert {c.article_id for c in only.citations} == {"ferry.txt"}
    none = news.ask("Which article is about zebras?")
    found_none = "No passage was found with the word “zebras”. There are 3 articles"
    assert none.text.startswith(found_none)
    both = news.ask("Which article is about ferries and zebras?")
    assert both.text.startswith("No passage was found with all the words “ferries and zebras”.")


def test_a_place_counts_the_articles_that_were_listed(sanctions):
    which = sanctions.ask("Which articles are about sanctions?")
    assert which.choices == tuple(citation.article_id for citation in which.citations)
    for place, name in enumerate(which.choices, 1):
        for history in ([which], [Answer.from_dict(json.loads(json.dumps(which, default=vars)))]):
            shown = sanctions.ask(f"show me article {place}", history)
            assert {citation.article_id for citation in shown.citations} == {name}
    assert list(which.choices) != sorted(sanctions.articles)[:3]
    rest = sanctions.ask("show me article 4", [which])
    assert {c.article_id for c in rest.citations} == set(sanctions.articles) - set(which.choices)


@pytest.fixture
def sanctions(tmp_path):
    """Return an assistant over articles that mention sanctions, but not in their titles."""
    said = {
        "port.txt": "A Port\n\nSanctions, sanctions and again sanctions closed the port.\n",
        "bank.txt": "A Bank\n\nThe bank, it was told, will close as the sanctions go on and on.\n",
        "mill.txt": "A Mill\n\nThe mill has no more wood to saw, and sanctions are only a part.\n",
        "rain.txt": "Rain\n\nIt rained in the war museum, and nobody in the whole town minded.\n",
    }
    folder = write_articles(tmp_path / "index" / "articles", said).parent
    build_index(index=folder, encoder=WordCounts())
    return Assistant(folder, WordCounts(), SharedWords(), calibration(), ScriptedResolver())


def dated(assistant: Assistant, dates: dict[str, str]) -> None:
    folder = folder_of(assistant)
    for name, date in dates.items():
        (folder / "articles" / f"{name}.toml").write_text(f"date = {date}")
    build_index(index=folder, encoder=WordCounts())


def test_the_newest_of_those_that_mention_a_topic_is_by_date(sanctions):
    dated(sanctions, {"port": "2019-01-01", "bank": "2021-01-01", "rain": "2022-01-01"})
    newest = sanctions.ask("What is the newest article about sanctions?")
    check_quotes(newest, sanctions)
    assert [c.article_id for c in newest.citations] == ["bank.txt"]
    assert newest.notes[-1] == "1 of 3 articles about “sanctions” has no date."
    oldest = sanctions.ask("What is the oldest article about sanctions?")
    assert [c.article_id for c in oldest.citations] == ["port.txt"]


def test_that_none_on_a_topic_has_a_date_is_said_of_those_only(sanctions):
    dated(sanctions, {"rain": "2022-01-01"})
    answer = sanctions.ask("What is the newest article about sanctions?")
    assert answer.text.startswith("None of the articles about “sanctions” has a date.")


def test_an_article_with_one_of_the_words_is_not_about_them_all(sanctions):
    for asked in ("Who wrote", "When was"):
        published = "" if asked == "Who wrote" else " published"
        answer = sanctions.ask(f"{asked} the article about the war in Ukraine{published}?")
        assert answer.text.startswith("No article was found for “war in Ukraine”.")


def test_all_that_mention_something_are_counted_however_long_one_of_them_is(tmp_path):
    said = "Sanctions, said the minister, are sanctions and will be sanctions for many years.\n"
    texts = {f"{n}.txt": f"Number {n}\n\nIn town {n} the sanctions end.\n" for n in range(7)}
    texts["long.txt"] = "\n\n".join(["A Book", *[said * 6] * 60])
    folder = write_articles(tmp_path / "index" / "articles", texts).parent
    build_index(index=folder, encoder=WordCounts())
    assistant = Assistant(folder, WordCounts(), SharedWords(), calibration(), ScriptedResolver())
    answer = assistant.ask("Which articles are about sanctions?")
    assert len({c.article_id for c in answer.citations}) == 5
    assert answer.notes == ("Also found: 3 more articles with the word “sanctions”.",)
    some = assistant.ask("Which articles are about sanctions?", articles=["1.txt", "long.txt"])
    assert {c.article_id for c in some.citations} == {"1.txt", "long.txt"}
    assert some.notes == ()


def test_a_topic_after_what_is_not_known_is_a_new_question(news):
    unknown = news.ask("Who wrote the article about the railway?")
    assert "is not known" in unknown.text
    for topic in ("The last ferry", "the railway?"):
        answer = news.ask(topic, [unknown])
        assert (answer.text, answer.request) == (news.ask(topic).text, None)


def test_everything_is_refused_where_all_is_to_be(news):
    answer = news.ask("Who wrote the article about the bridge?", min_confidence=1)
    assert (answer.kind, answer.facts) == ("not_found", ())
