"""Starting the chat: options, the port, and what Gradio may not do."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import socket
import subprocess
import sys
import types
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from harness.web_fakes import FakeAssistant

from askvisit.cli import main
from askvisit.errors import ServerError
from askvisit.web import guard, server
from askvisit.web import page as pages
from askvisit.web.chat import Chat
from askvisit.web.editor import ArticleEditor

ROOT = Path(__file__).parent.parent.parent
JSON = "application/json"
NO_PROXY = build_opener(ProxyHandler({}))


@pytest.fixture
def taken():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_a_taken_port_is_one_clear_line(taken, capsys):
    assert main(["ui", "--port", str(taken)]) == 1
    error = capsys.readouterr().err
    assert error == (
        f"askvisit: port {taken} on 127.0.0.1 is in use; choose another: --port {taken + 1}\n"
    )


def test_a_host_that_is_not_this_machine_is_one_clear_line(capsys):
    assert main(["ui", "--host", "not a host", "--port", "0"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_address_of_another_machine_is_not_called_a_port_in_use():
    with pytest.raises(ServerError, match=r"cannot listen on 192\.0"):
        server.free_port("192.0.2.1", 7861)


def test_port_zero_is_any_free_one():
    assert server.free_port("127.0.0.1", 0) > 0


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_ipv6_address_is_served():
    page = server.launch(Chat(FakeAssistant()), "::1", server.free_port("::1", 0))
    try:
        assert page.local_url.startswith("http://[::1]:")
        assert status(page.local_url, "")[0] == 200
    finally:
        page.close()


def test_a_port_out_of_range_is_refused():
    with pytest.raises(ServerError, match="cannot listen"):
        server.free_port("127.0.0.1", 70000)


def test_a_missing_index_is_one_clear_line(tmp_path, capsys):
    assert main(["ui", "--index", str(tmp_path / "none"), "--port", "0"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("askvisit: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("argv", [["--port", "x"], ["--unknown"], ["extra"]])
def test_wrong_usage_exits_with_2(argv):
    with pytest.raises(SystemExit) as stopped:
        main(["ui", *argv])
    assert stopped.value.code == 2


def test_ui_py_helps_without_loading_gradio():
    code = (
        "import sys, runpy\n"
        "sys.argv = ['ui.py', '--help']\n"
        "try: runpy.run_path('ui.py', run_name='__main__')\n"
        "except SystemExit as stop: print(stop.code)\n"
        "print(sorted({'gradio', 'torch', 'faiss'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-2:] == ["0", "[]"]
    assert "--index" in run.stdout


RUN_AND_LISTEN = """
import json, socket, sys
called = []
def heard(event, values):
    if event in ("socket.connect", "socket.sendto") and values[0].family != socket.AF_UNIX:
        called.append(values[1][0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        called.append(values[0])
sys.addaudithook(heard)
from harness.web_fakes import FakeAssistant
from askvisit.web import server
from askvisit.web.chat import Chat
page = server.launch(Chat(FakeAssistant()), "127.0.0.1", server.free_port("127.0.0.1", 0))
print(json.dumps([page.local_url, page.app.get_blocks().config["analytics_enabled"]]))
page.close()
print(json.dumps(called))
"""


def test_the_server_calls_nobody_and_no_proxy():
    nowhere = {"HTTP_PROXY": "http://127.0.0.9:9", "ALL_PROXY": "socks5://127.0.0.9:9"}
    run = subprocess.run(
        [sys.executable, "-c", RUN_AND_LISTEN],
        cwd=ROOT / "tests",
        env=os.environ | nowhere | {"NO_PROXY": "example.org"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    served, called = map(json.loads, run.stdout.splitlines())
    assert served[0].startswith("http://127.0.0.1:")
    assert served[1] is False
    assert called, "the hook hears Gradio asking itself whether it is up"
    assert set(called) <= {"127.0.0.1", "localhost", "0.0.0.0", None}


@pytest.fixture(scope="module")
def page():
    port = server.free_port("127.0.0.1", 0)
    page = server.launch(Chat(FakeAssistant()), "127.0.0.1", port)
    yield page
    page.close()


@pytest.fixture(scope="module")
def address(page):
    return page.local_url


def status(address, path, body=None, **headers):
    request = Request(address + path, data=body, headers=headers)
    try:
        with NO_PROXY.open(request) as response:
            return response.status, response.headers
    except HTTPError as error:
        return error.code, error.headers


def test_styles_scripts_and_fonts_are_plain_files_under_a_version(address):
    page = NO_PROXY.open(address).read().decode()
    href = re.search(r'<link rel="stylesheet" href="(static/\w+/chat\.css)"', page)[1]
    with NO_PROXY.open(address + href) as answer:
        assert answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]
        assert b"@media print" in answer.read()
    folder = href.removesuffix("chat.css")
    for name in ("serif-400.woff2", "serif-700.woff2", "sans-400.woff2", "sans-600.woff2"):
        assert status(address, folder + name)[1]["content-type"] == "font/woff2"
    scripts = [path.name for path in pages.STATIC.glob("*.js")]
    for name in scripts:
        assert status(address, folder + name)[1]["content-type"].startswith("text/javascript")
    for name in ("..%2Fpage.py", "serif-OFL.txt", "chat.js", "theme.css"):
        assert status(address, folder + name)[0] == 404


def test_texts_are_packed_for_those_that_can_unpack_them(address):
    folder = f"{address}static/{pages.version()}/"
    for sent in (address, f"{folder}chat.css", f"{folder}main.js"):
        plain = NO_PROXY.open(sent).read()
        with NO_PROXY.open(Request(sent, headers={"accept-encoding": "gzip"})) as packed:
            assert packed.headers["content-encoding"] == "gzip"
            assert packed.headers["vary"] == "accept-encoding"
            body = packed.read()
        assert gzip.decompress(body) == plain
        assert len(body) < len(plain)


def test_every_script_is_imported_by_the_page():
    """Each module is reached from `main.js`."""
    reached: set[str] = set()
    left = {"main.js"}
    while left:
        reached |= left
        texts = [(pages.STATIC / name).read_text("utf-8") for name in left]
        named = re.findall(r'(?:from|import) "\./([\w-]+\.js)"', "\n".join(texts))
        left = set(named) - reached
    assert reached == {path.name for path in pages.STATIC.glob("*.js")}


def test_the_page_names_itself_before_any_script_runs(address):
    page = NO_PROXY.open(address).read().decode()
    assert '<meta property="og:title" content="askvisit" />' in page
    assert "<noscript>" in page
    assert page.count("</body>") == 1


def test_the_page_has_no_script_or_style_of_its_own(address):
    page = NO_PROXY.open(address).read().decode()
    assert re.findall(r"<script[^>]*>", page) == re.findall(r"<script [^>]*src=[^>]*>", page)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


@pytest.mark.parametrize("path", ["", "config", "no/such/page", "gradio_api/upload"])
def test_every_response_carries_the_security_headers(address, path):
    _, headers = status(address, path)
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_nobody_leaves_a_file_here(address):
    form = {"content-type": "multipart/form-data; boundary=x"}
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nhi\r\n--x--'
    for path in ("upload", "upload/", "process_recording", "stream/1", "runs"):
        assert status(address, f"gradio_api/{path}", body, **form)[0] == 403


def announced(address, path, name, value):
    """Send the head of a request only; return the status that it is refused with."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.putrequest("POST", f"/{path}")
    connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    connection.close()
    return answer.status


def test_a_huge_request_is_refused_before_it_is_read(address):
    for path, largest in (
        ("gradio_api/queue/join", guard.LARGEST_BODY),
        ("gradio_api/call/ask", guard.LARGEST_BODY),
        ("page/ask", guard.LARGEST_BODY),
        ("page/notebook", guard.LARGEST_KEPT),
    ):
        assert announced(address, path, "content-length", str(largest + 1)) == 413
        assert announced(address, path, "transfer-encoding", "chunked") == 411


def in_chunks(address, path, size):
    """Send a body in chunks, without saying how long it is; return the status."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
    with contextlib.suppress(ConnectionError):  # it may be closed before all of it was sent
        connection.request("POST", f"/{path}", iter([b"x" * 1024] * (size // 1024)))
    answer = connection.getresponse()
    connection.close()
    return answer.status


@pytest.mark.parametrize("size", [1024, 8 * guard.LARGEST_BODY])
def test_a_body_of_unknown_length_is_refused(address, size):
    assert in_chunks(address, "gradio_api/call/ask", size) == 411


BOMB = gzip.compress(b'{"data": ["' + b" " * 50_000_000 + b'"]}')


@pytest.mark.parametrize(
    "body", [BOMB, b"[" * 200_000, b'{"data":' * 20_000, b'{"data": [' + b"9" * 200_000]
)
def test_a_body_that_is_a_bomb_is_no_question(address, body):
    headers = {"content-type": JSON, "content-encoding": "gzip"}
    for path in ("gradio_api/call/ask", "gradio_api/queue/join", "page/turns", "ask"):
        assert 400 <= status(address, path, body, **headers)[0] < 500


def test_nobody_goes_past_the_queue(address):
    asked = json.dumps({"data": ["Who met the mayor?", None, None, None]}).encode()
    headers = {"content-type": JSON}
    assert status(address, "gradio_api/call/ask", asked, **headers)[0] == 200
    for path in ("run", "api"):
        assert status(address, f"gradio_api/{path}/ask", asked, **headers)[0] == 403


def test_where_no_place_is_left_a_program_is_told_when_to_come_again(page, monkeypatch):
    monkeypatch.setattr(page.guard.turns, "most", 0)
    headers = {"content-type": JSON}
    asked = json.dumps({"data": ["Who met the mayor?", None, None, None]}).encode()
    refused = status(page.local_url, "gradio_api/call/ask", asked, **headers)
    assert (refused[0], refused[1]["retry-after"]) == (503, guard.RETRY_AFTER)


def test_the_server_reads_no_file_for_anyone(address):
    for path in ("gradio_api/file=/etc/passwd", "gradio_api/file=../../etc/passwd"):
        assert status(address, path)[0] in (403, 404)


def test_a_name_that_resolves_to_this_machine_reaches_nothing(address):
    port = urlsplit(address).port
    for name in ("localhost", "LOCALHOST", "127.0.0.1", "[::1]"):
        assert status(address, "", host=f"{name}:{port}")[0] == 200
    for name in (
        f"rebound.example:{port}",
        "rebound.example",
        "localhost.rebound.example",
        "[::2]",
    ):
        for path in ("", "gradio_api/info", "health"):
            assert status(address, path, host=name)[0] == 403


@pytest.mark.parametrize("root_path", ["/", "/chat"])
def test_behind_a_reverse_proxy_the_chat_has_any_name(root_path):
    port = server.free_port("127.0.0.1", 0)
    controller = Chat(FakeAssistant())
    page = server.launch(controller, "127.0.0.1", port, root_path=root_path)
    try:
        assert status(f"http://127.0.0.1:{port}/", "", host="chat.example")[0] == 200
    finally:
        page.close()


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("127.0.0.1", {"localhost", "127.0.0.1", "[::1]"}),
        ("127.0.0.2", {"localhost", "127.0.0.1", "[::1]", "127.0.0.2"}),
        ("::1", {"localhost", "127.0.0.1", "[::1]"}),
        ("localhost", {"localhost", "127.0.0.1", "[::1]"}),
        ("0.0.0.0", set()),
        ("192.0.2.7", set()),
        ("chat.example", set()),
        ("", set()),
    ],
)
def test_only_a_chat_for_this_machine_has_names_of_its_own(host, names):
    assert server._own_names(host) == names


def test_behind_a_reverse_proxy_addresses_begin_with_its_path():
    port = server.free_port("127.0.0.1", 0)
    controller = Chat(FakeAssistant())
    page = server.launch(controller, "127.0.0.1", port, root_path="chat/", public=True)
    try:
        config = json.load(NO_PROXY.open(f"http://127.0.0.1:{port}/config"))
        assert config["root"].endswith("/chat")
        huge = str(guard.PUBLIC_BODY + 1)
        assert announced(f"http://127.0.0.1:{port}", "ask", "content-length", huge) == 413
    finally:
        page.close()


@pytest.fixture(scope="module")
def adding_address(built_once):
    controller = Chat(FakeAssistant(), editor=ArticleEditor(built_once))
    page = server.launch(controller, "127.0.0.1", server.free_port("127.0.0.1", 0))
    yield page.local_url
    page.close()


def test_where_articles_may_be_added_only_they_may_be_large(adding_address):
    article = guard.LARGEST_ADDITION
    assert announced(adding_address, "ask", "content-length", str(guard.LARGEST_BODY + 1)) == 413
    assert announced(adding_address, "page/add", "content-length", str(article + 1)) == 413
    assert status(adding_address, "gradio_api/upload", b"x")[0] == 403


@pytest.mark.parametrize(
    ("headers", "is_refused"),
    [
        ({}, False),  # a program
        ({"sec-fetch-site": "same-origin", "origin": "https://behind.example"}, False),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"origin": "http://evil.example"}, True),
        ({"origin": "null"}, True),
        ({"origin": "http://{host}"}, False),
        ({"origin": "http://news.example", "x-forwarded-host": "news.example"}, False),
    ],
)
def test_pages_of_other_sites_send_and_read_nothing(address, headers, is_refused):
    host = urlsplit(address).netloc
    headers = {name: value.format(host=host) for name, value in headers.items()}
    asked = status(address, "ask", b"{}", **{"content-type": JSON}, **headers)
    assert asked[0] == (403 if is_refused else 422)
    read = status(address, "config", **headers)
    assert read[0] == (403 if is_refused and "origin" in headers else 200)


def test_links_from_other_sites_open_the_chat(address):
    assert status(address, "", **{"sec-fetch-site": "cross-site"})[0] == 200


@pytest.mark.parametrize("installed", [None, types.ModuleType("mcp")])
def test_the_mcp_server_asks_for_its_extra(monkeypatch, capsys, installed):
    for name in [name for name in sys.modules if name.startswith("mcp.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", installed)
    assert main(["ui", "--mcp", "--port", "0"]) == 1
    assert capsys.readouterr().err == (
        "askvisit: --mcp needs the extra mcp; run: pip install 'mcp>=2,<3'\n"
    )


def test_every_style_sheet_is_served():
    assert sorted(pages.STYLES) == sorted(sheet.stem for sheet in pages.STATIC.glob("*.css"))
