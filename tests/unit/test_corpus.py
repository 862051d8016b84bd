"""A folder becomes articles; what in it is no article is named with the reason."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from harness.fakes import BRIDGE, ROOT, TARIFFS, VISIT, write_articles

from askvisit import corpus
from askvisit.corpus import SourceFile
from askvisit.errors import ArticleError, CorpusError, MetadataError
from askvisit.records import Entry


def read(folder, name):
    return SourceFile(folder / name).read()


def test_an_article_is_its_file_byte_for_byte(tmp_path):
    text = "Kim’s “Visit” – a U.S. View\r\n\r\nHe said:\t“No…”\u00a0– twice.  \r\n"
    write_articles(tmp_path, {"kims-visit.txt": text})
    article = read(tmp_path, "kims-visit.txt")
    assert article.text.encode() == (tmp_path / "kims-visit.txt").read_bytes()
    assert article.id == "kims-visit.txt"
    assert article.title == "Kim’s “Visit” – a U.S. View"
    assert (article.source, article.url, article.date) == (None, None, None)


def test_the_visit_is_its_file_byte_for_byte():
    folder = ROOT / "index" / "articles"
    assert read(folder, VISIT).text.encode() == (folder / VISIT).read_bytes()


def test_a_byte_order_mark_stays(tmp_path):
    write_articles(tmp_path, {"a.txt": b"\xef\xbb\xbf" + BRIDGE.encode()})
    article = read(tmp_path, "a.txt")
    assert article.text == "\ufeff" + BRIDGE
    assert article.title == "A Bridge for the Town"


def test_a_title_that_no_headline_gives_is_the_files_name(tmp_path):
    write_articles(tmp_path, {"the-old-bridge.txt": "One sentence only."})
    assert read(tmp_path, "the-old-bridge.txt").title == "the old bridge"


def test_the_sidecar_tells_title_source_url_and_date(tmp_path):
    write_articles(tmp_path, {"a.md": "# A Headline\n\nText here."})
    (tmp_path / "a.toml").write_text(
        'title = "Another – title"\nsource = "The Paper"\n'
        'url = "https://example.org/a"\ndate = 2019-06-28\nauthor = "Ada Quill"\n',
        "utf-8",
    )
    article = read(tmp_path, "a.md")
    assert article.title == "Another – title"
    assert article.source == "The Paper"
    assert article.url == "https://example.org/a"
    assert article.date == "2019-06-28"
    assert article.author == "Ada Quill"


def test_a_sidecar_may_have_a_byte_order_mark(tmp_path):
    write_articles(tmp_path, {"a.txt": BRIDGE, "a.toml": b"\xef\xbb\xbftitle = 'Another'"})
    assert read(tmp_path, "a.txt").title == "Another"
    assert corpus.survey(tmp_path)[1] == []


def test_byline_and_date_are_read_where_nobody_told_them(tmp_path):
    text = "A Bridge\n\nBy Ada Quill, 3 May 2021\n\nThe mayor opened the bridge.\n"
    write_articles(tmp_path, {"a.txt": text, "b.txt": text, "b.toml": 'author = "Bo Reed"'})
    assert (read(tmp_path, "a.txt").author, read(tmp_path, "a.txt").date) == (
        "Ada Quill",
        "2021-05-03",
    )
    assert (read(tmp_path, "b.txt").author, read(tmp_path, "b.txt").date) == (
        "Bo Reed",
        "2021-05-03",
    )


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ('"2019-06-28"', "2019-06-28"),
        ("2019-06-28", "2019-06-28"),
        ("2019-06-28 10:30:00", "2019-06-28T10:30:00"),
        ('"June 2019"', "2019-06"),
        ('"28 June 2019"', "2019-06-28"),
        ("2019", "2019"),
    ],
)
def test_a_date_may_be_text_or_a_date(tmp_path, date, told):
    write_articles(tmp_path, {"a.txt": BRIDGE, "a.toml": f"date = {date}"})
    article = read(tmp_path, "a.txt")
    assert article.date == told
    assert article.title == "A Bridge for the Town"


def test_a_date_of_front_matter_that_cannot_be_read_is_reported(tmp_path):
    texts = {name: f"---\ndate: {name}\n---\n\nThe {name} band played.\n" for name in "abc"}
    texts = {f"{name}.md": text for name, text in texts.items()}
    texts |= {"b.toml": "date = 2019", "c.md": texts["c.md"].replace("date: c", "date: 2019-06-26")}
    write_articles(tmp_path, texts)
    entries, found = corpus.survey(tmp_path)
    assert [entry.id for entry in entries] == ["a.md", "b.md", "c.md"]
    assert [(type(one), str(one)) for one in found] == [
        (
            MetadataError,
            "a.md has a date that cannot be read ('a'); write 2019-06-26, 2019-06 or 2019, "
            "or 26 June 2019; its article is indexed without it",
        )
    ]


@pytest.mark.parametrize(
    ("sidecar", "reason"),
    [
        (
            'titel = "A"',
            "has the unknown key 'titel'; it may have title, source, url, date, author",
        ),
        ("title = A headline", "not TOML"),
        (b"title = '\xff'", "not TOML"),
        pytest.param("title = " + "[" * 9999, "not TOML", id="deep"),
        ('title = ["A"]', "has no text as its title"),
        ("[source]\nname = 'A'", "has no text as its source"),
        ("date = 10:30:00", "has a date that is not valid; write 2019-06-26, 2019-06 or 2019"),
        ('date = "0000-01-01"', "has a date that is not valid"),
        ('date = "2019-13-45"', "has a date that is not valid"),
        ('date = "June"', "has a date that is not valid"),
        ("author = 3", "has no text as its author"),
        ("url = 2019-06-28", "has no text as its url"),
        pytest.param(b"#" * (corpus.LARGEST_FILE + 1), "over 10 MB", id="large"),
    ],
)
def test_a_bad_sidecar_is_named_and_its_article_kept(tmp_path, sidecar, reason):
    write_articles(tmp_path, {"a.txt": BRIDGE, "a.toml": sidecar})
    known = None
    for _ in range(2):
        entries, (error,) = corpus.survey(tmp_path, known)
        assert [entry.id for entry in entries] == ["a.txt"]
        assert error.path == tmp_path / "a.toml"
        assert reason in error.reason
        assert error.reason.endswith("; its article is indexed without it")
        known = {"a.txt": entries[0]}
    assert read(tmp_path, "a.txt").title == "A Bridge for the Town"


def test_a_bad_sidecar_that_two_articles_share_is_named_once(tmp_path):
    write_articles(tmp_path, {"a.txt": BRIDGE, "a.md": "Another text.", "a.toml": "title ="})
    entries, (error,) = corpus.survey(tmp_path)
    assert [entry.id for entry in entries] == ["a.md", "a.txt"]
    assert error.path == tmp_path / "a.toml"


BAD = {
    "empty.txt": (b"", "empty"),
    "blank.txt": (b" \r\n\t\n", "has no words"),
    "bom.txt": (b"\xef\xbb\xbf\n", "has no words"),
    "marks.md": (b"# ---\n\n***\n", "has no words"),
    "cyrillic.txt": ("Мост открыт.".encode("koi8-r"), "not UTF-8 (byte 0)"),
    "binary.txt": (b"abc\0def", "NUL"),
    "photo.jpg": (b"\xff\xd8", "not one of the formats .txt, .md"),
    "noending": (b"text", "not one of the formats .txt, .md"),
    "lonely.toml": (b"title = 'A'", "belongs to no article; name it after one"),
    "z-copy.txt": (BRIDGE.encode(), "has the same text as bridge.txt"),
}


def test_bad_files_are_named_and_good_ones_stay(tmp_path):
    write_articles(tmp_path, {name: data for name, (data, _) in BAD.items()})
    write_articles(tmp_path, {"bridge.txt": BRIDGE, "tariffs.md": TARIFFS})
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "not there")
    os.mkfifo(tmp_path / "pipe.txt")
    entries, skipped = corpus.survey(tmp_path)
    assert [entry.id for entry in entries] == ["bridge.txt", "tariffs.md"]
    reasons = {error.path.name: error.reason for error in skipped}
    assert set(reasons) == {*BAD, "nowhere.txt", "pipe.txt"}
    for name, (_, reason) in BAD.items():
        assert reason in reasons[name]
    assert "not a file" in reasons["nowhere.txt"]
    assert "not a file" in reasons["pipe.txt"]
    assert all(str(error).startswith(f"{error.path.name} {error.reason}") for error in skipped)


def test_of_two_files_with_the_same_text_the_known_one_stays(tmp_path):
    write_articles(tmp_path, {"bridge.txt": BRIDGE, "z.txt": "Another text."})
    known = {entry.id: entry for entry in corpus.survey(tmp_path)[0]}
    write_articles(tmp_path, {"bridge (1).txt": BRIDGE})
    entries, (error,) = corpus.survey(tmp_path, known)
    assert [entry.id for entry in entries] == ["bridge.txt", "z.txt"]
    assert str(error) == "bridge (1).txt has the same text as bridge.txt"
    assert [entry.id for entry in corpus.survey(tmp_path)[0]] == ["bridge (1).txt", "z.txt"]


def test_a_file_over_the_limit_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "LARGEST_FILE", 1_000_000)
    write_articles(tmp_path, {"long.txt": b"word " * 200_001, "bridge.txt": BRIDGE})
    entries, skipped = corpus.survey(tmp_path)
    assert [entry.id for entry in entries] == ["bridge.txt"]
    assert str(skipped[0]) == "long.txt is over 1 MB"


def test_files_of_subfolders_are_articles_with_their_path_as_id(tmp_path):
    article = {"a.txt": BRIDGE, "a.toml": "source = 'The Weir'"}
    for folder in ("2019/may", ".hidden", "an-index"):
        (tmp_path / folder).mkdir(parents=True)
        write_articles(tmp_path / folder, article)
    write_articles(tmp_path / "an-index", {"manifest.json": "{}"})
    write_articles(tmp_path, {"a.txt": TARIFFS, "2019/b.txt": "…"})
    (tmp_path / "link").symlink_to(tmp_path / "2019")
    entries, (linked, empty) = corpus.survey(tmp_path)
    assert str(empty) == "2019/b.txt has no words"
    assert [entry.id for entry in entries] == ["2019/may/a.txt", "a.txt"]
    assert str(linked).startswith("link is a folder that is linked")
    below, above = (file.read() for file in corpus.scan(tmp_path)[0][1:])
    assert (below.id, below.source, below.text) == ("2019/may/a.txt", "The Weir", BRIDGE)
    assert (above.source, above.sha256) == (None, entries[1].text_sha256)


def test_a_data_set_has_an_article_on_each_line(tmp_path):
    lines = [
        {"id": "m1", "title": "A Mill", "text": "It rained."},
        {"text": TARIFFS, "date": "soon"},
        {},
        {"id": 4},
    ]
    data = "\n".join(map(json.dumps, lines))
    write_articles(tmp_path, {"news.jsonl": data, "a.txt": BRIDGE, "b.csv": "text\nIt rained.\n"})
    for source in (tmp_path, tmp_path / "news.jsonl"):
        entries, skipped = corpus.survey(source)
        ids = [entry.id for entry in entries if entry.id.startswith("news")]
        assert ids == ["news.jsonl#2", "news.jsonl#m1"]
        assert [str(error).split(" (")[0] for error in skipped] == [
            "news.jsonl#3 has no text in line 3",
            "news.jsonl#4 has no text in line 4",
            "news.jsonl has a date that cannot be read",
        ]
        articles = {file.id: file.read() for file in corpus.scan(source)[0]}
        assert {name: article.sha256 for name, article in articles.items()} == {
            entry.id: entry.text_sha256 for entry in entries
        }
    assert articles["news.jsonl#m1"].title == "A Mill"


def test_a_changed_line_of_a_data_set_changes_only_its_article(tmp_path):
    write_articles(tmp_path, {"a.jsonl": '{"text": "It rained."}\n{"text": "It snowed."}'})
    first, _ = corpus.survey(tmp_path)
    write_articles(tmp_path, {"a.jsonl": '{"text": "It rained."}\n{"text": "It thawed, then."}'})
    second, _ = corpus.survey(tmp_path, {entry.id: entry for entry in first})
    assert [entry.id for entry in second] == ["a.jsonl#1", "a.jsonl#2"]
    assert [a == b for a, b in zip(first, second, strict=True)] == [True, False]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.csv", b"title,date\nA,2019\n", "no column called text or body"),
        ("a.csv", b'text\n"It rained', "not CSV"),
        ("a.jsonl", b"\xff\xfe\x00\xd8", "not UTF-8"),
    ],
)
def test_a_data_set_that_cannot_be_read_is_named(tmp_path, name, data, reason):
    write_articles(tmp_path, {name: data, "bridge.txt": BRIDGE})
    entries, (error,) = corpus.survey(tmp_path)
    assert [entry.id for entry in entries] == ["bridge.txt"]
    assert error.path.name == name
    assert reason in error.reason


def test_hidden_files_and_sidecars_are_passed_over(tmp_path):
    write_articles(tmp_path, {"bridge.txt": BRIDGE, "bridge.toml": "", ".hidden.txt": "Text."})
    files, skipped = corpus.scan(tmp_path)
    assert [file.id for file in files] == ["bridge.txt"]
    assert skipped == []


def test_a_name_that_is_not_utf8_is_named(tmp_path):
    write_articles(tmp_path, {"bridge.txt": BRIDGE})
    with open(os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt"), "wb") as file:
        file.write(b"Some text.")
    entries, skipped = corpus.survey(tmp_path)
    assert [entry.id for entry in entries] == ["bridge.txt"]
    assert "rename it" in skipped[0].reason


@pytest.mark.parametrize("there", [False, True], ids=["missing", "a file"])
def test_no_folder_is_an_error(tmp_path, there):
    if there:
        (tmp_path / "news").write_text("text")
    with pytest.raises(CorpusError, match="give one with --articles"):
        corpus.survey(tmp_path / "news")


def test_a_file_that_vanishes_is_an_error_of_its_own(tmp_path):
    with pytest.raises(ArticleError, match="cannot be read"):
        read(tmp_path, "gone.txt")


def test_the_hash_changes_with_the_file_and_with_the_sidecar(tmp_path):
    write_articles(tmp_path, {"a.txt": BRIDGE})
    hashes = {SourceFile(tmp_path / "a.txt").sha256()}
    for sidecar in ('title = "A"', 'title = "B"'):
        (tmp_path / "a.toml").write_text(sidecar)
        hashes.add(SourceFile(tmp_path / "a.txt").sha256())
    write_articles(tmp_path, {"a.txt": TARIFFS})
    hashes.add(SourceFile(tmp_path / "a.txt").sha256())
    assert len(hashes) == 4


def test_a_known_file_is_not_parsed_again(tmp_path):
    write_articles(tmp_path, {"a.txt": BRIDGE, "b.txt": TARIFFS})
    (first, second), _ = corpus.survey(tmp_path)
    told = Entry("a.txt", first.file_sha256, "0" * 64)
    other = Entry("b.txt", "1" * 64, "2" * 64)
    assert corpus.survey(tmp_path, {"a.txt": told, "b.txt": other})[0] == [told, second]


def test_pages_and_pdf_files_become_articles_and_bad_ones_are_named(tmp_path):
    samples = ROOT / "tests" / "data" / "formats"
    shutil.copy(samples / "visit.html", tmp_path)
    shutil.copy(samples / "visit.pdf", tmp_path)
    write_articles(tmp_path, {"broken.pdf": b"%PDF-1.4 and no more", "empty.html": b"<p></p>"})
    (tmp_path / "visit.toml").write_text('date = "2020-01-01"')
    files, _ = corpus.scan(tmp_path)
    by_id = {file.id: file for file in files}
    page = by_id["visit.html"].read()
    assert (page.source, page.date) == ("The Paper", "2020-01-01")
    assert by_id["visit.pdf"].read().title == page.title
    _, skipped = corpus.survey(tmp_path)
    assert [error.path.name for error in skipped] == ["broken.pdf", "empty.html"]
