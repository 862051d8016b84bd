"""Take the screenshots of README.md from the real chat: python docs/screenshots.py (Chromium)."""

import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from askvisit import Assistant, build_index
from askvisit.web import server
from askvisit.web.controller import ChatController

HERE = Path(__file__).parent
COLOURS = 128
DESKTOP = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 720}


def main() -> None:
    """Write the pictures beside this file."""
    assistant = Assistant.load(HERE.parent / "index")
    served = serve(assistant)
    with sync_playwright() as runner:
        browser = runner.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )

        def opened(size: dict[str, int], scheme: str, address: str = served.local_url) -> Page:
            context = browser.new_context(locale="en-US", viewport=size, color_scheme=scheme)
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector(".suggestion")
            return page

        page = opened(DESKTOP, "light")
        save(page, "web-first.png")
        ask(page, "Who did Xi meet in 2009?")
        ask(page, "How many warheads does North Korea have?")
        ask(page, "Why do manufacturers move to Vietnam?")
        save(page, "chat.png")
        page = opened(DESKTOP, "dark")
        ask(page, "Who is North Korea's largest trading partner?")
        page.get_by_text("How was this found?").click()
        page.locator(".scores").wait_for()
        save(page, "inspector.png")
        page = opened(PHONE, "light")
        ask(page, "Where will Xi and Trump meet?")
        save(page, "phone.png")
        folder = Path(tempfile.mkdtemp())
        for name in ("red", "glass", "neptune", "youtube"):
            (folder / "articles").mkdir(exist_ok=True)
            shutil.copy(
                HERE.parent / "tests" / "data" / "pages" / f"{name}.txt", folder / "articles"
            )
        build_index(index=folder)
        several = serve(Assistant.load(folder))
        page = opened(DESKTOP, "light", several.local_url)
        page.get_by_role("tab", name="All articles").click()
        page.get_by_role("button", name="Ask only").nth(1).click()
        save(page, "web-sources.png")
        browser.close()
    served.close(verbose=False)
    several.close(verbose=False)
    shutil.rmtree(folder)


def serve(assistant: Assistant) -> Any:
    """Serve the chat on any free port."""
    port = server.free_port("127.0.0.1", 0)
    return server.launch(ChatController(assistant), "127.0.0.1", port)


def ask(page: Page, question: str) -> None:
    """Ask as a person does, and wait for the answer."""
    before = page.locator(".turn").count()
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    page.locator(".turn").nth(before).locator(".message.bot:not(.waiting)").wait_for()


def save(page: Page, name: str) -> None:
    """Save the page as it is with few colours, which keeps the file small."""
    page.wait_for_timeout(500)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(COLOURS, dither=Image.Dither.NONE).save(HERE / name, optimize=True)


if __name__ == "__main__":
    main()
