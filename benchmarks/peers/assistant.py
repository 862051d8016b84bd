"""askvisit itself: `--reader NAME` after a command chooses the reader, `--guess` never refuses."""

import sys
from pathlib import Path

from contest import Ask, main

import askvisit


def load(folder: Path) -> Ask:
    """Load the index and the models."""
    reader = sys.argv[sys.argv.index("--reader") + 1] if "--reader" in sys.argv else None
    assistant = askvisit.Assistant.load(folder / "index", reader=reader)
    least = 0.0 if "--guess" in sys.argv else None

    def ask(question: str) -> str | None:
        answer = assistant.ask(question, min_confidence=least)
        return answer.citations[0].quote if answer.found else None

    return ask


if __name__ == "__main__":
    main(lambda *_: None, load)
