"""Whether verdicts hold: blind judgements of them, and how far wording alone predicts them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from askvisit.errors import DataError
from askvisit.metrics import auroc
from training.editions import Edition, pairs


def write_sheets(editions: Sequence[Edition], folder: Path) -> int:
    """Write ID.sheet for each edition: article and shuffled questions, no verdicts."""
    folder.mkdir(parents=True, exist_ok=True)
    for edition in editions:
        questions = [question.question for question in edition.questions]
        random.Random(edition.id).shuffle(questions)
        lines = [f"{number} | {question}" for number, question in enumerate(questions, 1)]
        sheet = "\n".join([edition.text, "", "---", *lines, ""])
        (folder / f"{edition.id}.sheet").write_text(sheet, "utf-8")
    return len(editions)


def agreement(editions: Sequence[Edition], folder: Path) -> list[str]:
    """Compare ID.answers with the editions: one line for all, then one for each difference.

    A line of ID.answers is ``number | N`` or ``number | A | words``, with the sheet's number.
    """
    count, differences = 0, []
    for edition in editions:
        known = {question.question: question for question in edition.questions}
        for asked, verdict, words in _judgements(folder, edition.id):
            if asked not in known:
                raise DataError(f"{edition.id} does not ask {asked!r}; write its sheet again")
            count += 1
            spans = known[asked].spans
            if (verdict == "A") != bool(spans):
                here = " / ".join(edition.text[start:end] for start, end in spans) or "N"
                differences.append(f"{edition.id}: {asked} here: {here}; blind: {words or 'N'}")
    if not count:
        raise DataError(f"{folder} has no ID.answers of these editions; name the folder of them")
    return [f"{count - len(differences)} of {count} verdicts agree", *differences]


def _judgements(folder: Path, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield question, verdict and words of the lines of an answers file, if there is one."""
    path = folder / f"{name}.answers"
    if not path.exists():
        return
    sheet = (folder / f"{name}.sheet").read_text("utf-8").rpartition("\n---\n")[2]
    asked = dict(line.split(" | ", 1) for line in sheet.splitlines())
    for line in filter(None, path.read_text("utf-8").splitlines()):
        number, verdict, words = (part.strip() for part in f"{line}||".split("|")[:3])
        if number not in asked or verdict not in ("A", "N"):
            raise DataError(f"{path}: cannot use {line!r}; write 'number | N' or 'number | A | …'")
        yield asked[number], verdict, words


def leak(train: Sequence[Edition], test: Sequence[Edition]) -> dict[str, tuple[float, int]]:
    """AUROC, and number of verdicts, of a bag-of-words model trained on ``train``.

    For flipping questions, answered in one edition only, wording cannot tell: their AUROC is 0.5.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(lowercase=False, ngram_range=(1, 2), min_df=3)
    model = make_pipeline(words, LogisticRegression(C=2, solver="liblinear"))
    learnt = [question for edition in train for question in edition.questions]
    model.fit([q.question for q in learnt], [bool(q.spans) for q in learnt])
    asked, flipping = [], []
    for first, second in pairs(test):
        scores = model.predict_proba([q.question for q in first.questions])[:, 1].tolist()
        for score, a, b in zip(scores, first.questions, second.questions, strict=True):
            verdicts = [(score, bool(a.spans)), (score, bool(b.spans))]
            asked += verdicts
            flipping += verdicts if bool(a.spans) != bool(b.spans) else []
    found = {}
    for name, told in (("all questions", asked), ("flipping questions", flipping)):
        area = auroc([s for s, right in told if right], [s for s, right in told if not right])
        if area is None:
            raise DataError(f"no {name} of both verdicts; test on more articles")
        found[name] = (area, len(told))
    return found
