"""Score a reader alone on SQuAD 2.0: ``python -m training.validate MODEL DATA``.

MODEL is a float checkpoint folder or an exported one (with ``model.onnx``), which is scored with
the best span's margin over [CLS], or a shipped reader by name, which reads each context as an
article of its own and is scored with its confidence. The metric is the official one at the best
threshold.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy
from tqdm import tqdm

from askvisit import ranking
from askvisit.calibration import ACCURATE, FAST, SMALL
from askvisit.errors import AskvisitError
from askvisit.evaluation.questions import ARTICLE, Models
from askvisit.index import open_index, temporary_index
from askvisit.onnx_model import Layout, OnnxModel, Tokens
from askvisit.reader.span_reader import best_spans
from askvisit.retriever import Retriever
from askvisit.text import marked
from training import features, scoring
from training.squad import SquadQuestion, read_squad

LONGEST_TEXT = 300  # context tokens read at once
STRIDE = 96
SHIPPED = (ACCURATE, FAST, SMALL)

Rows = Sequence[tuple[list[int], list[int]]]
Logits = tuple[numpy.ndarray[Any, Any], numpy.ndarray[Any, Any]]
Forward = Callable[[Rows], Iterator[Logits]]
"""Maps pairs of question and text tokens to the logits at [CLS], then at the text's tokens."""


def answered(
    folder: Path, data: Path, limit: int | None = None
) -> tuple[list[scoring.Prediction], list[str]]:
    """What the model in ``folder`` predicts, and the article of each question."""
    asked = [
        (question, paragraph.context, document.title)
        for document in read_squad(data)
        for paragraph in document.paragraphs
        for question in paragraph.questions
    ]
    if limit is not None and limit < len(asked):
        asked = random.Random(0).sample(asked, limit)
    pairs = [(question, context) for question, context, _ in asked]
    titles = [title for _, _, title in asked]
    if str(folder) in SHIPPED:
        return list(shipped_predictions(pairs, str(folder))), titles
    tokenizer = features.load_tokenizer(folder)
    forward = onnx_forward(folder) if (folder / "model.onnx").is_file() else torch_forward(folder)
    return list(predictions(pairs, tokenizer, forward)), titles


def shipped_predictions(
    asked: Sequence[tuple[SquadQuestion, str]], reader: str
) -> Iterator[scoring.Prediction]:
    """Ask a shipped reader each question of an index that holds its context alone."""
    models = Models.load(reader)
    for question, context in tqdm(asked, unit="question"):
        typed = marked(question.text)
        with temporary_index({ARTICLE: context}, models.encoder) as folder:
            retriever = Retriever(open_index(folder), models.encoder)
            evidence = retriever.gather(typed, passages=models.reader.passages)
        spans = models.reader.read(typed, evidence)
        best = ranking.rank(evidence, spans, models.calibration)[0]
        gold = tuple(text for _, text in question.answers)
        yield scoring.Prediction(best.span.words or "", best.confidence, gold)


def predictions(
    asked: Sequence[tuple[SquadQuestion, str]], tokenizer: Any, forward: Forward
) -> Iterator[scoring.Prediction]:
    """Answer each question from the window of its context with the highest margin."""
    for at in tqdm(range(0, len(asked), 64), unit="batch"):
        chunk = asked[at : at + 64]
        parts: list[tuple[int, Tokens]] = []
        rows = []
        for number, (question, context) in enumerate(chunk):
            encoded = tokenizer.encode(context, add_special_tokens=False)
            ids = tokenizer.encode(marked(question.text), add_special_tokens=False).ids
            for part in Tokens(encoded.ids, encoded.offsets).cut(LONGEST_TEXT, STRIDE):
                parts.append((number, part))
                rows.append((ids, part.ids))
        best: dict[int, tuple[float, str]] = {}
        for (number, part), (starts, ends) in zip(parts, forward(rows), strict=True):
            null_score = float(starts[0] + ends[0])
            (first, last), *_ = best_spans(starts[1:], ends[1:], null_score)[0]
            margin = float(starts[1 + first] + ends[1 + last]) - null_score
            text = chunk[number][1][part.offsets[first][0] : part.offsets[last][1]]
            if number not in best or margin > best[number][0]:
                best[number] = (margin, text)
        for number, (question, _) in enumerate(chunk):
            margin, text = best[number]
            yield scoring.Prediction(text, margin, tuple(text for _, text in question.answers))


def onnx_forward(folder: Path) -> Forward:
    """Run an exported model."""
    model = OnnxModel(folder)

    def forward(rows: Rows) -> Iterator[Logits]:
        for question, text in rows:
            starts, ends, *_ = model.run(question, text)
            kept = [0, *range(at := model.layout.text_at(question), at + len(text))]
            yield starts[kept], ends[kept]

    return forward


def torch_forward(folder: Path) -> Forward:
    """Run a float checkpoint in float32, with windows of similar length together."""
    import torch

    from training.checkpoint import load_model
    from training.hardware import fastest

    device = fastest().device
    model = load_model(folder).to(device).eval()
    layout = Layout.of(features.load_tokenizer(folder))

    def forward(rows: Rows) -> Iterator[Logits]:
        windows = []
        for question, text in rows:
            head = [layout.first, *question, *[layout.separator] * layout.between]
            ids = [*head, *text, layout.separator]
            windows.append(features.TokenWindow(ids, len(head), ()))
        order = sorted(range(len(rows)), key=lambda n: len(windows[n].ids))
        found: dict[int, Logits] = {}
        for at in range(0, len(order), 16):
            group = order[at : at + 16]
            batch = features.tensors([(windows[n],) for n in group], layout, device)
            with torch.inference_mode():
                result = model(**features.model_inputs(batch))
            for row, n in enumerate(group):
                kept = [0, *range(windows[n].text_at, len(windows[n].ids) - 1)]
                both = (result.start_logits, result.end_logits)
                starts, ends = (logits[row, kept].float().cpu().numpy() for logits in both)
                found[n] = (starts, ends)
        yield from (found[n] for n in range(len(rows)))

    return forward


def main(arguments: list[str] | None = None) -> int:
    """The command line; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(
        prog="python -m training.validate",
        description="Print the SQuAD 2.0 scores of a model at its best threshold, each with the "
        "number of questions and a 95 % interval (bootstrap over articles, over questions where "
        "all are of one article).",
    )
    parser.add_argument(
        "model", type=Path, help="a float or an exported (ONNX) folder, or accurate, fast, small"
    )
    parser.add_argument("data", type=Path, help="SQuAD 2.0 file, .json or .json.gz")
    parser.add_argument("--questions", type=int, help="score a fixed sample of this many")
    parser.add_argument("--threshold", type=float, help="instead of the best one on the data")
    options = parser.parse_args(arguments)
    try:
        found, articles = answered(options.model, options.data, options.questions)
        print("\n".join(scoring.table(found, articles, options.threshold)))
    except AskvisitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
