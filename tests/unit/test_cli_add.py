"""Pages from the web, from a server on the loopback address: limits, redirects, what is refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from harness.fakes import WordCounts
from harness.pdfs import column, pdf

from askvisit import fetching
from askvisit.cli import main
from askvisit.errors import CorpusError
from askvisit.index import open_index

PAGE = "<html><head><title>The Café</title></head><body><article>{}</article></body></html>".format(
    "<p>The mayor opened the café by the river on Monday, and the minister came to see it.</p>" * 4
)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        given = {
            "/news/a-cafe.html": (200, "text/html; charset=iso-8859-1", PAGE.encode("latin-1")),
            "/plain": (200, "text/plain", b"A Mill\n\nIt rained on the mill."),
            "/large": (200, "text/html", b"x" * 2000),
            "/image": (200, "image/png", b"x"),
            "/empty": (200, "text/html", b"<html><body><script>1</script></body></html>"),
            "/report": (200, "application/octet-stream", pdf(column(50, 700, ["It rained."]))),
            "/broken": (200, "text/html", b""),
            **self.server.rules,
        }
        moves = {"/old": "/news/a-cafe.html", "/loop": "/loop", "/file": "file:///etc/passwd"}
        moves |= {"/out": "http://0.0.0.0:1/", "/": "/plain?a=b c"}
        path = self.path.partition("?")[0]
        self.server.asked.append(f"{self.path} {self.headers['User-Agent']}")
        status, kind, data = given.get(path, (302 if path in moves else 404, "text/html", b""))
        if path == "/slow":
            self.server.waiting.wait(20)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) + (9 if path == "/broken" else 0)))
        if path in moves:
            self.send_header("Location", moves[path])
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.waiting, server.rules, server.asked = threading.Event(), {}, []
    Handler.site = server
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.waiting.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_is_kept_as_a_file_with_its_address(site, small, monkeypatch, capsys):
    monkeypatch.setattr("askvisit.encoder.load", lambda name: WordCounts())
    options = ("--private", "--index", str(small))
    assert main(["add", f"{site}/old", f"{site}/", *options]) == 0
    assert capsys.readouterr().out == "a-cafe.html: The Café\nplain.txt: A Mill\n"
    article = open_index(small).article("a-cafe.html")
    assert "opened the café by" in article.text
    assert article.url == f"{site}/news/a-cafe.html"
    assert (small / "articles" / "a-cafe.html").exists()


def test_pages_after_one_that_cannot_be_added_are_added(site, small, monkeypatch, capsys):
    monkeypatch.setattr("askvisit.encoder.load", lambda name: WordCounts())
    added = ("add", "--private", "--index", str(small))
    assert main([*added, f"{site}/old"]) == 0
    capsys.readouterr()
    assert main([*added, f"{site}/old", f"{site}/nowhere", f"{site}/"]) == 1
    output, errors = capsys.readouterr()
    assert output == "plain.txt: A Mill\n"
    again, missing = errors.splitlines()
    assert again.startswith(f"askvisit: {site}/old: a-cafe.html is already here")
    assert missing == f"askvisit: {site}/nowhere cannot be added: 404 Not Found"


def test_a_pdf_that_is_sent_as_plain_bytes_is_read(site):
    assert fetching.fetch(f"{site}/report", private=True).name == "report.pdf"


def test_a_page_without_a_text_is_told_by_its_address(site, small, monkeypatch, capsys):
    monkeypatch.setattr("askvisit.encoder.load", lambda name: WordCounts())
    assert main(["add", "--private", "--index", str(small), f"{site}/empty"]) == 1
    assert f"{site}/empty: empty.html has no article" in capsys.readouterr().err


def test_a_site_that_does_not_answer_is_told_in_words():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and nobody listens
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(CorpusError, match="be added: Connection refused"):
            fetching.fetch(closed, private=True)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nowhere", "404 Not Found"),
        ("/image", "neither a page nor a text or PDF"),
        ("/large", "over 0 MB"),
        ("/broken", "IncompleteRead|broke off"),
        ("/loop", "redirected too often"),
        ("/file", "file:///etc/passwd does not begin with https://"),
        ("@elsewhere/", "leave it out"),
    ],
)
def test_what_cannot_be_had_says_why(site, path, reason, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST_FILE", 1000)
    with pytest.raises(CorpusError, match=reason):
        fetching.fetch(site + path, private=True)


@pytest.mark.parametrize(
    ("status", "rules", "reason"),
    [
        (200, b"User-agent: *\nDisallow: /news/", "robots.txt forbids it to programs"),
        (200, b"\xef\xbb\xbfUser-Agent: Askvisit\nDisallow: /\n", "robots.txt forbids it"),
        (503, b"", "robots.txt gives 503 Service Unavailable"),
        (200, b"User-agent: *\nDisallow: /news\n\nUser-agent: askvisit\nDisallow: /x", None),
        (200, b"User-agent: other\nDisallow: /", None),
        (200, b"\xff\x00 no rules", None),
        (403, b"User-agent: *\nDisallow: /", None),
    ],
)
def test_what_a_site_forbids_programs_is_not_fetched(site, status, rules, reason, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(Handler.site, "asked", asked)
    monkeypatch.setattr(Handler.site, "rules", {"/robots.txt": (status, "text/plain", rules)})
    if reason is None:
        assert fetching.fetch(f"{site}/old", private=True).name == "a-cafe.html"
        # Once a site, and under our own name.
        assert [line.split("/")[1] for line in asked] == [
            "robots.txt askvisit",
            "old askvisit",
            "news",
        ]
        return
    with pytest.raises(CorpusError, match=reason) as error:
        fetching.fetch(f"{site}/old", private=True)
    assert "\n" not in str(error.value)
    assert not any(line.startswith("/news") for line in asked)


def test_a_host_may_have_letters_of_any_language(site, monkeypatch):
    hosts, port = [], int(site.rpartition(":")[2])
    monkeypatch.setattr(Handler, "log_message", lambda self, *_: hosts.append(self.headers["Host"]))
    found = [(2, 1, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(fetching, "_connected", lambda *_: socket.create_connection(found[0][4]))
    for given in ("http://bücher.example", f"http://bücher.example:{port}"):
        assert fetching.fetch(f"{given}/plain", private=True).name == "plain.txt"
    assert [*dict.fromkeys(hosts)] == ["xn--bcher-kva.example", f"xn--bcher-kva.example:{port}"]


def test_a_slow_page_is_given_up(site, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    with pytest.raises(CorpusError, match="takes over 0 seconds"):
        fetching.fetch(f"{site}/slow", private=True)


def test_a_page_whose_connection_took_the_time_is_given_up(site, monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.1)
    connected = fetching._connected

    def slowly(addresses, port):
        threading.Event().wait(0.5)
        return connected(addresses, port)

    monkeypatch.setattr(fetching, "_connected", slowly)
    with pytest.raises(CorpusError, match="takes over 0 seconds"):
        fetching.fetch(f"{site}/plain", private=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:9/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/",
        "http://0/",
    ],
)
def test_this_machine_and_its_network_are_not_asked(url):
    with pytest.raises(CorpusError, match="only `askvisit add --private`"):
        fetching.fetch(url)


def test_a_redirect_to_this_machine_is_not_followed(site, monkeypatch):
    class Public(str):
        is_global = True

    def address(text: str) -> Public:
        checked = Public(text)
        checked.is_global = text == "127.0.0.1"  # the site itself passes for a public one
        return checked

    monkeypatch.setattr(fetching, "ip_address", address)
    with pytest.raises(CorpusError, match=r"0\.0\.0\.0 is on this machine"):
        fetching.fetch(f"{site}/out")


@pytest.mark.parametrize(
    "url", ["ftp://weir.example/", "weir.example", "file:///etc/passwd", "http://"]
)
def test_only_addresses_of_the_web_are_taken(url):
    with pytest.raises(CorpusError, match="does not begin with https:// or http://"):
        fetching.fetch(url)
