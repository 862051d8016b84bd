"""One browser and one server for the whole package; a fresh page for each test."""

from __future__ import annotations

import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from harness.fakes import SharedWords, WordCounts, calibration
from harness.web_fakes import ARTICLE, FakeAssistant

import askvisit
from askvisit.records import Article
from askvisit.web import server
from askvisit.web.chat import Chat
from askvisit.web.editor import ArticleEditor

ROOT = Path(__file__).parent.parent.parent
SECONDS = int(os.environ.get("ASKVISIT_TEST_SECONDS", "40"))
"""How long a test waits for what must come; a busy machine is no failure."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MEND = "no Chromium; to run the browser tests: apt-get install chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"locale": "en-US", "viewport": {"width": 1280, "height": 800}}
HOSTILE = (
    "Hostile headline <script>window.hacked=1</script>\n\n"
    "The zebra said <img src=http://evil.test/pixel.png onerror=window.hacked=2> and left. "
    'It wrote ${window.hacked=3} and <form action="http://evil.test"><input></form> too. '
    "A \u202egnirts desrever\u202c and [a link](http://evil.test) followed.\n\n"
    "Nothing else happened <style>body{display:none}</style> there."
)


@pytest.fixture(scope="package")
def browser():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MEND)
        pytest.skip(MEND)
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=SECONDS * 1000)
    with playwright.sync_playwright() as runner:
        started = runner.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def assistant():
    loaded = askvisit.Assistant.load(ROOT / "index")
    loaded.warm_up()
    return loaded


def serve(assistant, feedback=None, editor=None):
    chat = Chat(assistant, feedback=feedback, editor=editor)
    return server.launch(chat, "127.0.0.1", server.free_port("127.0.0.1", 0))


def open_sources(page):
    """Open the list of sources where it is not open yet.

    With several sources it opens by itself a moment after the page; a click then closes it.
    """
    from playwright.sync_api import TimeoutError as TooLate

    listed = page.locator("#sources .articles")
    listed.wait_for(state="attached")
    for _ in range(2):
        if not listed.is_visible():
            page.get_by_role("button", name="Sources", exact=True).click()
        with suppress(TooLate):
            return listed.wait_for(timeout=3000)
    return listed.wait_for()


def until(page, script, arg=None):
    """Wait until JavaScript says yes; the policy forbids the `eval` of Playwright's own waiting."""
    for _ in range(300):
        if page.evaluate(script, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"after 30 s it is still not true: {script}")


def open_help(page):
    """Open the dialog about the endpoints for programs."""
    page.locator("#top [popovertarget=menu]").click()
    page.get_by_role("button", name="API for programs").click()


@pytest.fixture(scope="package")
def real(assistant):
    """The address of a server with the real assistant and the real index."""
    page = serve(assistant)
    yield page.local_url
    page.close()


@pytest.fixture(scope="package")
def fake():
    """The address of a server with a fake assistant."""
    page = serve(FakeAssistant())
    yield page.local_url
    page.close()


@pytest.fixture(scope="package")
def both():
    """The address of a server with a fake assistant over two articles."""
    text = "Another\n\nThe zebra met the mayor too. It said much about Grimsby."
    another = Article("another.txt", "Another", text)
    page = serve(FakeAssistant(ARTICLE, another))
    yield page.local_url
    page.close()


@pytest.fixture(scope="package")
def hostile():
    """The address of a server with a fake assistant over a hostile article."""
    page = serve(FakeAssistant(Article("a b&c.txt", "Hostile <i>headline</i>", HOSTILE)))
    yield page.local_url
    page.close()


class HeldAssistant(FakeAssistant):
    """Answers a question that begins with "slow" at once, but one that is held when it may."""

    address = ""

    def __init__(self):
        super().__init__()
        self.may_answer, self._asked, self._answered = (threading.Event() for _ in range(3))
        self.may_answer.set()

    def hold(self):
        """Hold the next slow question, until `answer` or the end of the test."""
        for event in (self.may_answer, self._asked, self._answered):
            event.clear()

    def wait_until_asked(self):
        """Wait until the slow question has arrived."""
        assert self._asked.wait(SECONDS)

    def answer(self):
        """Answer what is held, which must have been asked."""
        self.wait_until_asked()
        self.may_answer.set()
        assert self._answered.wait(SECONDS)

    def answer_late(self, page):
        """Answer what is held, and give a page time to show what it should not."""
        self.answer()
        page.wait_for_timeout(1000)

    def ask(self, question, *args, **kwargs):
        if not question.startswith("slow"):
            return super().ask(question, *args, **kwargs)
        self._asked.set()
        self.may_answer.wait(60)
        answer = super().ask(question, *args, **kwargs)
        self._answered.set()
        return answer


@pytest.fixture(scope="package")
def holding():
    """Return an assistant that can be held, and is served at its `address`."""
    assistant = HeldAssistant()
    page = serve(assistant)
    assistant.address = page.local_url
    yield assistant
    page.close()


@pytest.fixture
def held(holding):
    """Return `holding`; what one test holds does not keep the next one waiting."""
    yield holding
    holding.may_answer.set()


@pytest.fixture
def editor(small):
    """Return an editor of a small index with fakes, and the address of its chat."""
    assistant = askvisit.Assistant(small, WordCounts(), SharedWords(), calibration())
    page = serve(assistant, editor=ArticleEditor(small, WordCounts()))
    yield small, page.local_url
    page.close()


@pytest.fixture(scope="package")
def desktop(browser):
    """One context for most pages, so that the scripts are fetched once."""
    return browser.new_context(**DESKTOP)


@pytest.fixture
def open_page(browser, desktop):
    """Open an address; at the end nothing was asked of another machine, no script failed.

    That is so for each page of its context, also for one that a test or a page opens itself. A page
    is in the context of the others unless it is to be `alone`, or what it needs (touch,
    credentials) is a matter of the context.
    """
    opened_here, requests, faults = [], [], []
    watch = {
        "request": lambda request: requests.append(request.url),
        "weberror": lambda failed: faults.append(str(failed.error)),
    }
    for event, noted in watch.items():
        desktop.on(event, noted)

    def opened(
        address, *, alone=False, viewport=None, color_scheme=None, forced_colors=None, **options
    ):
        alone = alone or bool(options)
        context = desktop
        if alone:
            context = browser.new_context(**DESKTOP, **options)
            for event, noted in watch.items():
                context.on(event, noted)
        page = context.new_page()
        opened_here.append(context if alone else page)
        if viewport is not None:
            page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme, forced_colors=forced_colors)
        page.set_default_timeout(SECONDS * 1000)
        page.goto(address, timeout=4 * SECONDS * 1000)
        page.wait_for_selector(".log", timeout=4 * SECONDS * 1000)
        return page

    yield opened
    for page_or_context in opened_here:
        if page_or_context not in browser.contexts:  # what one test kept is not the next one's
            page_or_context.evaluate("localStorage.clear()")
        page_or_context.close()
    for event, noted in watch.items():
        desktop.remove_listener(event, noted)
    assert faults == []
    hosts = {urlsplit(url).hostname for url in requests if url.startswith(("http", "ws"))}
    assert hosts <= {"127.0.0.1", "localhost"}


@pytest.fixture
def ask():
    """Type a question, press Enter, wait for what it brings."""

    def asked(page, question):
        before = page.locator(".turn").count()
        page.get_by_label("Your question").fill(question)
        page.get_by_label("Your question").press("Enter")
        newest = page.locator(".turn").nth(before)
        newest.locator(".message.bot:not(.waiting)").wait_for()
        return newest

    return asked
