"""Score a checkpoint: ``python -m askvisit.training.validate CHECKPOINT DATA``.

CHECKPOINT is a float checkpoint folder or an exported one (with ``model.onnx``); the metric is
that of SQuAD 2.0 at the best threshold.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from askvisit.errors import TrainingError
from askvisit.training import features, predict, scoring
from askvisit.training.data import HELD_OUT, news_pages, read_squad, split_news

if TYPE_CHECKING:
    from askvisit.training.predict import Forward


def validate(
    folder: Path,
    data: Path,
    *,
    limit: int | None = None,
    held_out_news: bool = False,
    threshold: float | None = None,
    threads: int | None = None,
) -> scoring.Scores:
    """Score the checkpoint in ``folder`` on a SQuAD file, at ``threshold`` or the best one.

    ``limit`` takes a fixed random sample of the questions. With ``held_out_news`` the data is a
    file of sentences, of whose news those held out of every training are asked, as pages.
    """
    tokenizer = features.load_tokenizer(folder)
    documents = read_squad(data)
    if held_out_news:
        documents = news_pages(split_news(documents, HELD_OUT)[1])
    asked = predict.questions_of(documents, limit)
    if not asked:
        raise TrainingError(f"{data} leaves no question to ask; it needs news sentences")
    return scoring.score(predict.predict(asked, tokenizer, forward_of(folder, threads)), threshold)


def forward_of(folder: Path, threads: int | None) -> Forward:
    """The function that runs a checkpoint: ONNX where there is a ``model.onnx``, else torch."""
    if (folder / "model.onnx").is_file():
        return predict.onnx_forward(folder / "model.onnx", threads)
    import torch

    from askvisit.training.checkpoint import load_model
    from askvisit.training.loop import hardware

    if threads is not None:
        torch.set_num_threads(threads)
    device, dtype = hardware()
    return predict.torch_forward(load_model(folder).to(device).eval(), device, dtype)


def main(arguments: list[str] | None = None) -> int:
    """The command line; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(
        prog="python -m askvisit.training.validate",
        description="Print the SQuAD 2.0 scores of a checkpoint at its best threshold.",
    )
    parser.add_argument("checkpoint", type=Path, help="a float or an exported (ONNX) folder")
    parser.add_argument("data", type=Path, help="SQuAD 2.0 file, .json or .json.gz")
    parser.add_argument("--questions", type=int, help="score a fixed sample of this many")
    parser.add_argument("--threshold", type=float, help="instead of the best one on the data")
    parser.add_argument("--threads", type=int, help="CPU threads")
    parser.add_argument(
        "--held-out-news",
        action="store_true",
        help="DATA is the file of --sentences: ask the news sentences that training leaves out",
    )
    options = parser.parse_args(arguments)
    try:
        scores = validate(
            options.checkpoint,
            options.data,
            limit=options.questions,
            held_out_news=options.held_out_news,
            threshold=options.threshold,
            threads=options.threads,
        )
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(scores)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
