"""Time the web chat in headless Chromium: its first paint, early and late turns, and clicks.

    python benchmarks/chat.py [--turns 100] [--index DIR] [--reader NAME]

Prints milliseconds, medians if there are several, and ratios, which also hold on a busy machine.
A turn is timed from Enter to its last citation on the page, against the time that `Assistant.ask`
takes for nearly the same question just before, in the same process. First paint and the first
suggestion are timed from the request for the page, by a browser with nothing of it cached.
"""

import argparse
import shutil
import statistics
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from askvisit import Assistant
from askvisit.cli.options import READER
from askvisit.rewriting.resolution import expanded
from askvisit.web import server
from askvisit.web.chat import Chat

OPENED = """() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime, performance.now(),
]"""

CLICK = """async () => {
    const active = () => document.querySelector("#source mark.active");
    while (!active()) await new Promise(requestAnimationFrame);
    active().classList.remove("active"); // a new answer shows its first citation by itself
    const box = document.querySelector(".source-text");
    box.scrollTop = 0;
    const start = performance.now();
    [...document.querySelectorAll(".turn")].at(-1).querySelector("a.cite").click();
    while (!active()) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""

TURN = """async (question) => {
    const box = document.querySelector("#question textarea");
    const newest = window.newest;
    box.value = question;
    box.dispatchEvent(new Event("input", {bubbles: true}));
    await new Promise(requestAnimationFrame);
    const start = performance.now();
    box.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    const done = () => {
        const last = [...document.querySelectorAll(".turn")].at(-1);
        return last && last.dataset.turn !== undefined && last.dataset.turn !== newest;
    };
    while (!done()) await new Promise((next) => setTimeout(next, 2));
    window.newest = [...document.querySelectorAll(".turn")].at(-1).dataset.turn;
    return performance.now() - start;
}"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--turns", type=int, default=100)
    parser.add_argument("--index", type=Path)
    READER(parser)
    options = parser.parse_args()
    assistant = Assistant.load(options.index, reader=options.reader)
    assistant.warm_up()
    questions = assistant.suggestions
    page = server.launch(Chat(assistant), "127.0.0.1", server.free_port("127.0.0.1", 0))
    opened, alone, turns, clicks = in_browser(page.local_url, assistant, questions, options.turns)
    page.close()
    painted, ready = opened
    print(f"first paint: {painted:.0f} ms; first suggestion: {ready / painted:.1f} times that")
    print(
        f"first answer: {turns[0] / alone[0]:.2f} times ask alone, "
        f"{turns[0] / painted:.1f} times the first paint"
    )
    for name, part in (("first ten", slice(10)), ("last ten", slice(-10, None))):
        above = statistics.median(t - a for t, a in zip(turns[part], alone[part], strict=True))
        ratio = statistics.median(turns[part]) / statistics.median(alone[part])
        print(
            f"{name} turns: {statistics.median(turns[part]):5.0f} ms, {above:+.0f} ms over ask, "
            f"{ratio:.2f} times ask"
        )
    print(f"click to the scrolled mark: {statistics.median(clicks):.0f} ms")


def ask(assistant: Assistant, question: str) -> float:
    """Return the milliseconds that an answer takes without a browser."""
    start = time.perf_counter()
    assistant.ask(question)
    return 1000 * (time.perf_counter() - start)


def in_browser(
    address: str, assistant: Assistant, questions: tuple[str, ...], count: int
) -> tuple[tuple[float, float], list[float], list[float], list[float]]:
    """Return milliseconds: for opening, each answer alone, each turn, and a click after each.

    Opening is two times: the first paint and the first suggestion.
    """
    alone, turns, clicks = [], [], []
    with sync_playwright() as runner:
        browser = runner.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        page = browser.new_page(locale="en-US", viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.wait_for_selector(".suggestion")
        opened = tuple(page.evaluate(OPENED))
        for number in range(count):
            question = questions[number % len(questions)]
            # What was read for a question is not read again, so each gets its own word.
            alone.append(ask(assistant, expanded(question, [f"{number}a"])))
            turns.append(page.evaluate(TURN, expanded(question, [f"{number}b"])))
            clicks.append(page.evaluate(CLICK))
        browser.close()
    return opened, alone, turns, clicks


if __name__ == "__main__":
    main()
