"""Articles edited at random, and what `verify --answers` must say of each quote by construction."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from askvisit import transcript
from askvisit.index import Articles, build_index, open_index
from askvisit.records import Answer
from harness.fakes import WordCounts, citation

_SUBJECTS = "mayor minister bridge band railway tariff trader council harbour school".split()
_VERBS = "opened closed praised mended sold visited painted measured counted lost".split()


def article(name: str, sentences: int = 24) -> str:
    """Write an article in which every sentence is another one."""
    lines = [f"The {name} Report"]
    for n in range(sentences):
        random = Random(f"{name} {n}")
        subject, verb, other = (random.choice(w) for w in (_SUBJECTS, _VERBS, _SUBJECTS))
        lines.append(f"The {subject} {verb} {n} times the {other} of Löwen № {name}-{n}.")
    return "\n\n".join(lines) + "\n"


@dataclass(frozen=True)
class Edited:
    """An article after random edits (None: it is gone), and what they made of the quote."""

    text: str | None
    status: str
    now_at: int | None


KINDS = ("before", "inside", "after", "case", "cut before", "cut inside", "cut after", "renamed")


def edited(random: Random, text: str, start: int, end: int) -> Edited:
    """Make up to three edits before, inside or after a quote."""
    kinds = random.choices(KINDS, k=random.randint(0, 3))
    if "renamed" in kinds:
        return Edited(None, "gone", None)
    before, quote, after = text[:start], text[start:end], text[end:]
    for kind in kinds:
        new = random.choice(("A new line.\n\n", "x", "é\U0001f600", "\r\n", " "))
        if kind == "before":
            at = random.randint(0, len(before))
            before = before[:at] + new + before[at:]
        elif kind == "after":
            at = random.randint(0, len(after))
            after = after[:at] + new + after[at:]
        elif kind == "inside":
            at = random.randint(1, len(quote) - 1)
            quote = quote[:at] + new + quote[at:]
        elif kind == "case":
            quote = quote.upper()
        elif kind == "cut before":
            before = before[: random.randint(0, len(before))]
        elif kind == "cut after":
            after = after[random.randint(0, len(after)) :]
        elif kind == "cut inside":
            at = random.randint(1, len(quote) - 2)
            quote = quote[:at] + quote[at + 1 :]
    changed = quote != text[start:end]
    status = "changed" if changed else "intact" if len(before) == start else "moved"
    return Edited(before + quote + after, status, len(before) if status == "moved" else None)


def prove(count: int, seed: int, folder: Path) -> list[tuple[Edited, transcript.Proof]]:
    """Ask about `count` articles, edit each, rebuild, and prove the answers from their file."""
    random = Random(seed)
    expected, answers = {}, []
    articles = folder / "articles"
    articles.mkdir(parents=True)
    for number in range(count):
        name = f"a{number}.txt"
        text = article(f"{seed}-{number}", random.randint(1, 12))
        quote = random.choice(text.strip().split("\n\n")[1:])
        start = text.index(quote)
        found = edited(random, text, start, start + len(quote))
        span = random.choice((None, quote.split()[1]))
        cited = citation(text, quote, span, article_id=name)
        asked = f"What about {number}?"
        answers.append(Answer(asked, asked, "answer", True, f"{quote} [1]", 0.9, (cited,)))
        expected[name] = found
        new = f"renamed-{name}" if found.text is None else name
        (articles / new).write_bytes((text if found.text is None else found.text).encode())
    build_index(index=folder, encoder=WordCounts())
    saved = folder.parent / f"{folder.name}.jsonl"
    saved.write_text("\n".join(json.dumps(asdict(answer)) for answer in answers))
    found_now = transcript.prove(transcript.read(saved), Articles(open_index(folder)))
    return [(expected[proof.article_id], proof) for proof in found_now]


def is_right(found: Edited, proof: transcript.Proof) -> bool:
    """Return whether a verdict is what the edits made of the quote."""
    return (proof.status, proof.now_at) == (found.status, found.now_at)
