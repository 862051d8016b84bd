"""Word documents: paragraphs, tables and notes."""

from __future__ import annotations

import io
import sys
import zipfile

import pytest

from askvisit import formats
from askvisit.formats import word

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARTS = {
    "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/"
    "content-types'><Default Extension='xml' ContentType='application/xml'/><Override "
    "PartName='/word/document.xml' ContentType='application/vnd.openxmlformats-officedocument."
    "wordprocessingml.document.main+xml'/></Types>",
    "_rels/.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/"
    "relationships'><Relationship Id='r1' Target='word/document.xml' Type='http://schemas."
    "openxmlformats.org/officeDocument/2006/relationships/officeDocument'/></Relationships>",
    "word/_rels/document.xml.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/"
    "package/2006/relationships'><Relationship Id='r2' Target='numbering.xml' Type='http://schemas."
    "openxmlformats.org/officeDocument/2006/relationships/numbering'/></Relationships>",
    "word/numbering.xml": f"<w:numbering xmlns:w='{_W}'><w:abstractNum w:abstractNumId='0'><w:lvl "
    "w:ilvl='0'><w:numFmt w:val='bullet'/></w:lvl></w:abstractNum><w:num w:numId='1'>"
    "<w:abstractNumId w:val='0'/></w:num></w:numbering>",
}


def docx(body: str) -> bytes:
    """Return a document with this body (WordprocessingML without its prefix)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, part in _PARTS.items():
            file.writestr(name, part)
        file.writestr("word/document.xml", f"<document xmlns='{_W}'><body>{body}</body></document>")
    return out.getvalue()


def paragraph(*runs: str) -> str:
    return "<p>" + "".join(f"<r><t xml:space='preserve'>{run}</t></r>" for run in runs) + "</p>"


def blocks(body: str) -> list[str]:
    pytest.importorskip("mammoth")
    return formats.read("a.docx", docx(body)).text.rstrip("\n").split("\n\n")


def test_paragraphs_are_whole_and_the_headline_is_the_title():
    pytest.importorskip("mammoth")
    body = paragraph("A Bridge for the Town") + paragraph("The ", "may", "or opened it.")
    document = formats.read("a.docx", docx(body))
    assert document.title == "A Bridge for the Town"
    assert document.text == "A Bridge for the Town\n\nThe mayor opened it.\n"


def test_items_of_a_list_begin_as_in_markdown():
    level = f"<pPr><numPr xmlns:w='{_W}'><ilvl w:val='0'/><numId w:val='1'/></numPr></pPr>"
    items = (paragraph(text).replace("<p>", f"<p>{level}") for text in ("A boat.", "A rope."))
    assert blocks(paragraph("It was lost:") + "".join(items)) == [
        *("It was lost:", "- A boat.", "- A rope.")
    ]


def test_changes_are_read_as_accepted():
    ins = "<ins><r><t> on Monday</t></r></ins>"
    gone = "<del><r><delText> on Sunday</delText></r></del>"
    body = f"<p><r><t>It opened</t></r>{gone}{ins}<r><t>.</t></r></p>"
    assert blocks(body) == ["It opened on Monday."]


def test_the_cells_of_a_row_stand_side_by_side():
    cells = "".join(f"<tc>{paragraph(text)}</tc>" for text in ("Cost", "two million"))
    assert blocks(f"<tbl><tr>{cells}</tr></tbl>{paragraph('It rained.')}") == [
        "Cost two million",
        "It rained.",
    ]


@pytest.mark.parametrize(
    "data", [b"", b"text", docx("")[:300], docx("<p>").replace(b"<p>", b"<q>")]
)
def test_what_is_no_document_says_so(data):
    pytest.importorskip("mammoth")
    with pytest.raises(ValueError, match="not a Word document"):
        formats.read("a.docx", data)


def test_without_mammoth_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "mammoth", None)
    with pytest.raises(ValueError, match=r"pip install 'askvisit\[docx\]'"):
        word.read(docx(paragraph("It rained.")))
