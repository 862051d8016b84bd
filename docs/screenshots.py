"""Take the screenshots of README.md and docs/ from the real chat: python docs/screenshots.py.

It wants Chromium. Nothing in it is timed: it waits for what must come, also on a busy machine.
"""

import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from askvisit import Assistant, build_index
from askvisit.web import server
from askvisit.web.chat import Chat

HERE = Path(__file__).parent
NEWS = HERE.parent / "data" / "news" / "dev.jsonl"
SHOWN = ("stuck-ship-a", "bridge-inquiry-a", "probe-on-deimos-a", "stolen-picture-a")
"""Invented articles for the picture of several sources."""

COLOURS = 96
PATIENCE = 10 * 60 * 1000
DESKTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 720}


def main() -> None:
    """Write the pictures beside this file."""
    assistant = Assistant.load(HERE.parent / "index")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as runner:
        browser = runner.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        with served(assistant) as address:
            of_one_article(browser, address)
        with served(several(Path(folder))) as address:
            of_several_articles(browser, address)
        browser.close()


def of_one_article(browser: Browser, address: str) -> None:
    """Show the article that comes with askvisit."""
    page = opened(browser, address, DESKTOP)
    save(page, "web-first.png")
    ask(page, "Who did Xi meet in 2009?")
    ask(page, "How many warheads does North Korea have?")
    ask(page, "Why do manufacturers move to Vietnam?")
    save(page, "chat.png")
    page = opened(browser, address, DESKTOP, "dark")
    ask(page, "Who is North Korea's largest trading partner?")
    page.get_by_text("How was this found?").click()
    page.locator(".scores").wait_for()
    page.locator(".log").evaluate("log => log.scrollTop = 0")
    page.mouse.move(0, 0)
    save(page, "inspector.png")
    page = opened(browser, address, PHONE, has_touch=True, is_mobile=True)
    ask(page, "Where will Xi and Trump meet?")
    save(page, "phone.png")


def of_several_articles(browser: Browser, address: str) -> None:
    """Show the sources and the notebook."""
    page = opened(browser, address, DESKTOP)
    for question in ("How much wheat was on the ship?", "How long was the picture missing?"):
        ask(page, question)
        page.locator("[data-pin]").last.click(force=True)
        page.locator("[data-pin].done").last.wait_for()
    page.get_by_role("tab", name="Notebook").click()
    page.locator("#notebook li").nth(1).wait_for()
    page.locator("[data-pin].done").first.wait_for(state="detached")
    page.mouse.move(0, 0)
    save(page, "web-sources.png")


def several(folder: Path) -> Assistant:
    """Index some articles of `data/news`."""
    (folder / "articles").mkdir()
    for line in NEWS.read_text("utf-8").splitlines():
        article = json.loads(line)
        if article["id"].endswith(SHOWN):
            (folder / "articles" / f"{article['id']}.txt").write_text(article["text"], "utf-8")
    build_index(index=folder)
    return Assistant.load(folder)


@contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    """Serve the chat on any free port; yield its address."""
    assistant.warm_up()
    port = server.free_port("127.0.0.1", 0)
    running = server.launch(Chat(assistant), "127.0.0.1", port)
    yield running.local_url
    running.close()


def opened(
    browser: Browser, address: str, size: dict[str, int], scheme: str = "light", **device: bool
) -> Page:
    """Open the page with nothing remembered."""
    page = browser.new_page(locale="en-US", viewport=size, color_scheme=scheme, **device)
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator(".suggestion").first.wait_for()
    return page


def ask(page: Page, question: str) -> None:
    """Ask as a person does, and wait for the answer; the chat itself gives up after a minute."""
    before = page.locator(".turn").count()
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    newest = page.locator(".turn:not(.pending)").nth(before)
    newest.locator(".message.bot").wait_for()
    page.evaluate("document.fonts.ready")


def save(page: Page, name: str) -> None:
    """Save the page as it is with few colours, which keeps the file small."""
    page.wait_for_timeout(500)  # scrolling and drawing come to rest
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    shot.quantize(COLOURS, dither=Image.Dither.NONE).save(HERE / name, optimize=True)


if __name__ == "__main__":
    main()
