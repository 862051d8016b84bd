"""The chat as it is run: as a process, behind a reverse proxy, by many people at once."""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from harness.web_fakes import FakeAssistant
from playwright.sync_api import Error, expect

from askvisit.web import server
from askvisit.web.chat import Chat

from .conftest import ROOT, serve

pytestmark = pytest.mark.slow

OPEN = build_opener(ProxyHandler({})).open
ALLOWED = "Basic " + base64.b64encode(b"me:secret").decode()


class Started:
    """`python ui.py` as a process of its own; the small reader will do."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "ui.py", "--index", "index", "--reader", "small", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.ready = self.process.stdout.readline()

    @property
    def address(self) -> str:
        return self.ready.split()[3]

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@pytest.fixture
def start():
    """Start `python ui.py` with options; what still runs at the end is killed."""
    running = []

    def started(*options: str) -> Started:
        running.append(Started(*options))
        return running[-1]

    yield started
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def test_ctrl_c_stops_it_cleanly_while_a_page_is_open(start, open_page):
    started = start("--port", "0")
    assert started.ready.startswith("askvisit is ready: http://127.0.0.1:")
    open_page(started.address)
    assert started.stop(signal.SIGINT) == (130, "")


def test_it_stops_cleanly_and_after_a_restart_the_conversation_goes_on(start, open_page, ask):
    port = str(server.free_port("127.0.0.1", 0))
    started = start("--port", port)
    page = open_page(started.address)
    ask(page, "Who did Xi meet in 2009?")
    assert started.stop() == (0, "")
    started = start("--port", port)
    ask(page, "Where will Xi and Trump meet?")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn a.cite")).to_have_count(2)
    assert started.stop() == (0, "")
    box = page.get_by_label("Your question")
    box.fill("How many summits has Trump held with Kim?")
    box.press("Enter")
    expect(page.locator(".late")).to_contain_text("No answer came")
    expect(box).to_have_value("How many summits has Trump held with Kim?")
    started = start("--port", port)
    box.press("Enter")
    expect(page.locator(".turn a.cite")).to_have_count(3)
    assert started.stop() == (0, "")


class Proxy(BaseHTTPRequestHandler):
    """A reverse proxy as in docs/web-chat.md: it asks for a password and serves /chat/."""

    target = ""

    def do_GET(self):
        if self.headers["authorization"] != ALLOWED:
            self.send_response(401)
            self.send_header("www-authenticate", 'Basic realm="askvisit"')
            self.end_headers()
            return
        assert self.path.startswith("/chat/"), self.path
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        backend = HTTPConnection(urlsplit(self.target).netloc, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
        backend.request(self.command, self.path.removeprefix("/chat"), body, headers)
        answer = backend.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        self.end_headers()
        try:
            while part := answer.read1(65536):
                self.wfile.write(part)
        except ConnectionError:
            pass  # the browser left
        backend.close()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_):
        pass


def test_behind_a_reverse_proxy_with_a_password_everything_works(open_page, ask, browser):
    port = server.free_port("127.0.0.1", 0)
    behind = server.launch(Chat(FakeAssistant()), "127.0.0.1", port, root_path="/chat")
    Proxy.target = f"http://127.0.0.1:{port}"
    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{proxy.server_port}/chat/"
    try:
        stranger = browser.new_context().new_page()
        with pytest.raises(Error, match="INVALID_AUTH"):
            stranger.goto(address)
        stranger.context.close()
        page = open_page(address, http_credentials={"username": "me", "password": "secret"})
        link = ask(page, "Who met the mayor?").locator("a.cite")
        assert link.evaluate("link => link.href").startswith(f"{address}?article=")
        link.click()
        expect(page.locator("#source mark.active")).to_be_visible()
        page.goto(link.evaluate("link => link.href"))
        expect(page.locator("#source mark.active")).to_be_visible()
    finally:
        proxy.shutdown()
        behind.close()


def asked(address: str, question: str) -> dict:
    """Ask as the page does, without a browser; return what comes back."""
    headers = {"content-type": "application/json"}
    body = json.dumps({"question": question}).encode()
    with OPEN(Request(f"{address}page/ask", body, headers), timeout=60) as answer:
        return json.load(answer)


def test_fifty_people_ask_at_once_and_each_gets_their_own_answer():
    served = serve(FakeAssistant())
    questions = [f"Who met the mayor, asks person {n}?" for n in range(50)]
    try:
        with ThreadPoolExecutor(50) as people:
            logs = list(people.map(lambda one: asked(served.local_url, one), questions))
    finally:
        served.close()
    for question, log in zip(questions, logs, strict=True):
        assert log["turn"]["question"] == question
        assert log["html"].count('class="message user"') == 1
        assert "She met the mayor" in log["html"]


def test_one_too_many_is_told_at_once_and_keeps_the_question(open_page, ask):
    served = serve(FakeAssistant())
    page = open_page(served.local_url)
    ask(page, "Who met the mayor?")
    served.guard.most = 0
    box = page.get_by_label("Your question")
    box.fill("When did the minister leave?")
    box.press("Enter")
    expect(page.locator(".message.bot").last).to_contain_text("No answer came")
    expect(box).to_have_value("When did the minister leave?")
    served.guard.most = 128
    box.press("Enter")
    expect(page.locator(".turn a.cite")).to_have_count(2)
    served.close()
