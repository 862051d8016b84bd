"""Adding articles to an index and removing them: what changes, and what must not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from harness.fakes import (
    BRIDGE,
    ROOT,
    SharedWords,
    WordCounts,
    calibration,
    indexed,
    write_articles,
)
from harness.pdfs import column, pdf

from askvisit import Assistant, build_index
from askvisit.errors import (
    ArticleError,
    CorpusError,
    IndexReadOnlyError,
    ModelError,
    UnknownArticleError,
)
from askvisit.index import edit, open_index, verify_index
from askvisit.index.edit import ArticleMetadata, add_article, articles_folder, remove_article

MILL = "A Mill Burns\n\nThe old mill burned down on Sunday. The mayor said that it had no guard.\n"
PAGE = (ROOT / "tests" / "data" / "formats" / "visit.html").read_bytes()


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_an_added_article_is_asked_at_once_and_only_it_is_encoded(small, assistant):
    encoder = WordCounts()
    article = add_article(small, "The Mill.txt", MILL.encode(), encoder=encoder)
    assert article.id == "the-mill.txt"
    assert (small / "articles" / "the-mill.txt").read_bytes() == MILL.encode()
    assert all(text in MILL for text in encoder.encoded)
    assert "the-mill.txt" in assistant.articles
    answer = assistant.ask("When did the old mill burn?")
    assert answer.citations[0].quote == "The old mill burned down on Sunday."
    assert verify_index(small).intact


def test_each_format_can_be_added(small, encoder):
    sheet = pdf(column(50, 700, ["The ferry sank on Tuesday."]))
    assert add_article(small, "ferry.pdf", sheet, encoder=encoder).text.startswith("The ferry")
    page = add_article(small, "visit.html", PAGE, encoder=encoder)
    assert (page.source, page.date) == ("The Paper", "2019-06-26")
    markdown = add_article(small, "notes.md", b"# Notes\n\nA band played.", encoder=encoder)
    assert markdown.title == "Notes"
    assert open_index(small).article_ids()[1:4] == ["ferry.pdf", "notes.md", "tariffs.txt"]


def test_what_a_person_tells_counts_and_is_kept_beside_the_file(small, encoder):
    metadata = ArticleMetadata(
        title='The "Mill"\n\x07 [x]', source="The Paper \\ Co", date="2020-02-03"
    )
    article = add_article(small, "mill.txt", MILL.encode(), metadata, encoder=encoder)
    assert (article.title, article.source) == ('The "Mill" [x]', "The Paper \\ Co")
    assert article.date == "2020-02-03"
    assert open_index(small).article("mill.txt") == article
    build_index(index=small, encoder=encoder)
    assert open_index(small).article("mill.txt") == article


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../outside.txt", "outside.txt"),
        ("..\\..\\outside.txt", "outside.txt"),
        ("/etc/passwd.TXT", "passwd.txt"),
        (".hidden.txt", "hidden.txt"),
        ("....txt", "article.txt"),
        ("Kim’s “visit” (1).txt", "kim-s-visit-1.txt"),
        ("北京\n日报.txt", "北京-日报.txt"),
        ("bridge.txt", "bridge-2.txt"),
        ("BRIDGE.md", "bridge-2.md"),
        ("x" * 500 + ".txt", "x" * 60 + ".txt"),
    ],
)
def test_names_are_safe_and_overwrite_nothing(small, encoder, name, kept):
    before = set(listed(small.parent))
    assert add_article(small, name, MILL.encode(), encoder=encoder).id == kept
    built = {path.name for path in small.iterdir()}
    assert set(listed(small.parent)) - before - built == {kept}
    assert (small / "articles" / "bridge.txt").read_text() == BRIDGE


def test_a_name_taken_by_a_sidecar_is_not_used(small, encoder):
    write_articles(small / "articles", {"mill.toml": b"title = 'Another'"})
    assert add_article(small, "mill.txt", MILL.encode(), encoder=encoder).id == "mill-2.txt"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.exe", b"MZ", r"a\.exe is not one of the formats"),
        ("mill", MILL.encode(), "not one of the formats"),
        ("a.txt", b"caf\xe9", "not UTF-8"),
        ("a.txt", b"\0", "NUL"),
        ("a.txt", b"  \n", "has no words"),
        ("a.pdf", MILL.encode(), "not a PDF"),
        ("a.html", b"<script>x</script>", "has no article that could be found"),
        ("again.txt", BRIDGE.encode(), r"again\.txt is already here: “A Bridge for the Town”"),
        ("again.md", BRIDGE.replace("\n\n", "\r\n\r\n").encode(), "is already here"),
        ("large.txt", b"word " * 2_000_001, "over 10 MB"),
        ("long.txt", b"word " * 200_001, "has 1,000,005 characters, over 1,000,000"),
    ],
)
def test_what_cannot_be_added_is_told_and_leaves_nothing(small, encoder, name, data, reason):
    before = listed(small)
    with pytest.raises(ArticleError, match=reason):
        add_article(small, name, data, encoder=encoder)
    assert listed(small) == before
    assert encoder.encoded == []


def test_a_book_is_refused_with_the_command_that_indexes_it_here(small, encoder):
    command = re.escape(f"run: askvisit index --index {small}")
    with pytest.raises(ArticleError, match=f"put it into the folder and {command}"):
        add_article(small, "long.txt", b"word " * 200_001, encoder=encoder)


def test_a_wrong_date_is_told(small, encoder):
    with pytest.raises(ArticleError, match="has a date that is not valid; write"):
        add_article(
            small, "a.txt", MILL.encode(), ArticleMetadata(date="last week"), encoder=encoder
        )
    assert "a.txt" not in listed(small)


def test_a_text_that_waits_in_the_folder_is_a_repetition_too(small, encoder):
    write_articles(small / "articles", {"a-waiting.txt": MILL})
    before = listed(small)
    waits = r"has the same text as a-waiting\.txt, which is not indexed yet; run: askvisit index "
    with pytest.raises(ArticleError, match=waits):
        add_article(small, "mill.txt", MILL.encode(), encoder=encoder)
    assert listed(small) == before
    assert open_index(small).article_ids() == ["bridge.txt", "tariffs.txt"], "nothing was changed"


def test_a_failing_encoder_leaves_the_index_and_no_file(small, assistant):
    class Failing(WordCounts):
        def encode(self, texts):
            raise ModelError("no memory")

    before = listed(small)
    metadata = ArticleMetadata(source="The Paper")
    with pytest.raises(ModelError):
        add_article(small, "mill.txt", MILL.encode(), metadata, encoder=Failing())
    assert [name for name in listed(small) if name != "partial.tmp"] == before
    assert verify_index(small).intact
    assert assistant.ask("When was the bridge opened?").found


def test_an_index_rebuilt_with_another_encoder_keeps_it(small, encoder, monkeypatch):
    other = WordCounts("other")
    build_index(index=small, encoder=other)
    monkeypatch.setattr(edit.encoders, "load", lambda name: {"other": other}[name])
    before = len(encoder.encoded)
    add_article(small, "mill.txt", MILL.encode(), encoder=encoder)
    remove_article(small, "mill.txt", encoder=encoder)
    assert len(encoder.encoded) == before
    assert open_index(small).encoder.name == "other"


def test_progress_is_told(small, encoder):
    text = "\n\n".join(
        f"Paragraph {n} tells that the mayor met nobody at all. " * 9 for n in range(80)
    )
    told: list[tuple[int, int]] = []
    add_article(
        small, "long.txt", text.encode(), encoder=encoder, progress=lambda *n: told.append(n)
    )
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_a_removed_article_is_gone_with_its_sidecar(small, assistant, encoder):
    add_article(
        small, "mill.txt", MILL.encode(), ArticleMetadata(source="The Paper"), encoder=encoder
    )
    remove_article(small, "mill.txt", encoder=encoder)
    assert list(assistant.articles) == ["bridge.txt", "tariffs.txt"]
    assert listed(small / "articles") == ["bridge.txt", "tariffs.txt"]
    assert verify_index(small).intact
    assert not assistant.ask("When did the old mill burn?").found


def test_a_sidecar_that_another_article_uses_stays(small, encoder):
    write_articles(
        small / "articles", {"mill.toml": b"source = 'x'", "mill.md": MILL, "mill.txt": MILL + "!"}
    )
    build_index(index=small, encoder=encoder)
    remove_article(small, "mill.md", encoder=encoder)
    assert "mill.toml" in listed(small)
    remove_article(small, "mill.txt", encoder=encoder)
    assert "mill.toml" not in listed(small)


def test_an_article_whose_file_is_gone_can_be_removed(small, encoder):
    (small / "articles" / "bridge.txt").unlink()
    remove_article(small, "bridge.txt", encoder=encoder)
    assert open_index(small).article_ids() == ["tariffs.txt"]


@pytest.mark.parametrize("name", ["no.txt", "", "../articles/bridge.txt", "manifest.json"])
def test_only_articles_are_removed(small, encoder, name):
    before = listed(small)
    with pytest.raises(UnknownArticleError):
        remove_article(small, name, encoder=encoder)
    assert listed(small) == before


def test_the_last_article_stays(small, encoder):
    remove_article(small, "bridge.txt", encoder=encoder)
    with pytest.raises(CorpusError, match="last article"):
        remove_article(small, "tariffs.txt", encoder=encoder)
    assert listed(small / "articles") == ["tariffs.txt"]


def test_an_article_of_a_subfolder_is_removed_with_its_sidecar(small, encoder):
    below = write_articles(small / "articles" / "may", {"mill.txt": MILL, "mill.toml": ""})
    build_index(index=small, encoder=encoder)
    remove_article(small, "may/mill.txt", encoder=encoder)
    assert list(below.iterdir()) == []
    assert "may/mill.txt" not in open_index(small).article_ids()


def test_a_link_to_an_article_is_removed_not_the_article(small, encoder, tmp_path):
    outside = tmp_path / "mill.txt"
    outside.write_text("A Mill\n\nIt rained on the mill.")
    (small / "articles" / "mill.txt").symlink_to(outside)
    build_index(index=small, encoder=encoder)
    remove_article(small, "mill.txt", encoder=encoder)
    assert "mill.txt" not in open_index(small).article_ids()
    assert outside.exists()


def test_an_article_is_added_beside_an_unusable_one_of_its_name_in_a_subfolder(small, encoder):
    (small / "articles" / "may").mkdir()
    write_articles(small / "articles" / "may", {"mill.txt": "…"})
    added = add_article(small, "mill.txt", b"A Mill\n\nIt rained on the mill.", encoder=encoder)
    assert open_index(small).article("mill.txt") == added


def test_a_line_of_a_data_set_is_not_removed(small, encoder):
    indexed(small, {"news.jsonl": '{"text": "It rained."}'}, encoder)
    with pytest.raises(CorpusError, match=r"it is article 1 of news\.jsonl; change it there"):
        remove_article(small, "news.jsonl#1", encoder=encoder)
    assert "news.jsonl#1" in open_index(small).article_ids()


def test_a_removal_that_fails_keeps_the_file(small, encoder):
    write_articles(small / "articles", {"tariffs.txt": b"\x81 no text any more"})
    with pytest.raises(CorpusError, match="no article in"):
        remove_article(small, "bridge.txt", encoder=encoder)
    assert (small / "articles" / "bridge.txt").read_text() == BRIDGE


def test_articles_that_lie_elsewhere_are_only_read(tmp_path, encoder):
    outside = write_articles(tmp_path / "news", {"bridge.txt": BRIDGE})
    build_index(outside, tmp_path / "index", encoder=encoder)
    for change in (
        lambda: add_article(tmp_path / "index", "mill.txt", MILL.encode(), encoder=encoder),
        lambda: remove_article(tmp_path / "index", "bridge.txt", encoder=encoder),
    ):
        with pytest.raises(IndexReadOnlyError, match=r"are kept in .*news; .* --index"):
            change()
    assert listed(outside) == ["bridge.txt"]


def test_a_folder_of_articles_that_became_a_link_is_not_followed(small, tmp_path, encoder):
    shutil.move(small / "articles", tmp_path / "elsewhere")
    (small / "articles").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IndexReadOnlyError, match="change them there"):
        add_article(small, "mill.txt", MILL.encode(), encoder=encoder)
    assert "mill.txt" not in listed(tmp_path / "elsewhere")


def test_a_read_only_index_says_what_to_do(small):
    code = (
        "import pathlib, sys; from askvisit.index.edit import articles_folder\n"
        "try: articles_folder(pathlib.Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    # A file system mounted read-only: permissions would not hold back root.
    mount = 'mount --bind -o ro "$1" "$1" && mount -o remount,bind,ro "$1"; shift; exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", mount, "sh", str(small), sys.executable, "-c", code]
    done = subprocess.run([*command, str(small)], capture_output=True, text=True)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("this machine mounts nothing for us")
    assert done.stdout.startswith("IndexReadOnlyError")
    assert "copy the index and give the copy with --index" in done.stdout


def test_people_go_on_asking_while_articles_come_and_go(small):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    stop, faults, asked = threading.Event(), [], []

    def ask():
        while not stop.is_set():
            try:
                answer = assistant.ask("When was the bridge opened?")
                for citation in answer.citations:
                    text = assistant.articles[citation.article_id].text
                    assert text[citation.start : citation.end] == citation.quote
                asked.append(answer.found)
            except Exception as error:
                faults.append(error)

    people = [threading.Thread(target=ask) for _ in range(3)]
    for person in people:
        person.start()
    for number in range(6):
        text = MILL.replace("Sunday", f"day {number}")
        article = add_article(small, "mill.txt", text.encode(), encoder=WordCounts())
        assert article.id in assistant.articles
        remove_article(small, article.id, encoder=WordCounts())
    stop.set()
    for person in people:
        person.join()
    assert faults == []
    assert asked
    assert all(asked)


def test_articles_added_at_the_same_time_are_all_there(small):
    def add(number):
        text = MILL.replace("Sunday", f"day {number}")
        add_article(small, "mill.txt", text.encode(), encoder=WordCounts())

    people = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(open_index(small).article_ids()) == 6
    assert verify_index(small).intact


def test_where_articles_can_be_added_is_known_before(small):
    assert articles_folder(small) == small / "articles"


def test_what_a_killed_change_left_is_removed_by_the_next_and_is_no_article(small, encoder):
    for name in (".added.tmp", ".removed.tmp"):
        (small / "articles" / name).write_text("half an art")
    assert verify_index(small).intact
    add_article(small, "mill.txt", MILL.encode(), encoder=encoder)
    assert listed(small / "articles") == ["bridge.txt", "mill.txt", "tariffs.txt"]


def test_a_fault_after_the_commit_loses_no_file(small, encoder, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("askvisit.index.build._remove_leftovers", fail)
    with pytest.raises(IndexReadOnlyError):
        add_article(small, "mill.txt", MILL.encode(), encoder=encoder)
    assert verify_index(small).intact
    with pytest.raises(IndexReadOnlyError):
        remove_article(small, "mill.txt", encoder=encoder)
    assert verify_index(small).intact
    assert "mill.txt" not in open_index(small).article_ids()
