"""``python -m askvisit.training``: train the reader; see ``--help``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from askvisit.errors import TrainingError

_ABOUT = """\
Train a reader (a span model) on SQuAD 2.0 JSON. OUT gets state.pt every few minutes; a run that
was cut, by whatever, goes on where it stopped when the same command is given again. At each
validation OUT gets a checkpoint step-N and a line of log.jsonl, at the end the checkpoint final.
While a file OUT/PAUSE exists the loop sleeps. Ctrl-C saves and stops."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m askvisit.training",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("train", nargs="+", type=Path, help="SQuAD 2.0 files, .json or .json.gz")
    add("--out", required=True, type=Path, help="folder of the run, resumed if it has a state")
    add(
        "--from",
        dest="start",
        type=Path,
        metavar="DIR",
        help="checkpoint to start from (default: the packaged MiniLM encoder)",
    )
    add("--valid", nargs="*", type=Path, default=[], help="SQuAD files to validate on")
    add(
        "--sentences",
        type=Path,
        help="a file of single sentences (QAMR); a fifth of its Wikinews part is held out of "
        "training and reported as 'news'",
    )
    add("--tokens", type=float, default=20e6, help="tokens to train on (default 20e6)")
    add("--minutes", type=float, help="end after this time at the latest; the rate decays for it")
    add("--lr", type=float, default=1e-4, help="peak learning rate (default 1e-4)")
    add("--warmup", type=float, default=0.06, help="share of warm-up (default 0.06)")
    add("--dropout", type=float, default=0.0, help="of embeddings and layers (default 0)")
    add("--batch-tokens", type=int, default=6144, help="padded tokens in a batch (default 6144)")
    add("--shares", default="", help="change the mix, such as human=0.3,page=0.1")
    add("--seed", type=int, default=0)
    add("--threads", type=int, help="CPU threads (default: torch's choice)")
    add("--save-minutes", type=float, default=3.0, help="between states (default 3)")
    add("--valid-tokens", type=float, default=1e6, help="tokens between validations (default 1e6)")
    add("--valid-questions", type=int, default=800, help="of each set (default 800)")
    add(
        "--resume",
        action="store_true",
        help="fail if OUT holds no state (without it a run is resumed if it can be)",
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command line; an error is one line and exit code 1."""
    options = _parser().parse_args(arguments)
    try:
        print(_train(options))
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _train(options: argparse.Namespace) -> Path:
    from askvisit.training.checkpoint import STATE
    from askvisit.training.export import encoder_directory
    from askvisit.training.loop import train
    from askvisit.training.settings import Settings

    if options.resume and not (options.out / STATE).is_file():
        raise TrainingError(f"{options.out} holds no {STATE}: leave out --resume to start a run")
    settings = Settings(
        train=tuple(options.train),
        start=options.start if options.start is not None else encoder_directory(),
        out=options.out,
        sentences=options.sentences,
        valid=tuple(options.valid),
        tokens=int(options.tokens),
        batch_tokens=options.batch_tokens,
        learning_rate=options.lr,
        warmup=options.warmup,
        dropout=options.dropout,
        seed=options.seed,
        shares=options.shares,
        minutes=options.minutes,
        save_minutes=options.save_minutes,
        valid_tokens=int(options.valid_tokens),
        valid_questions=options.valid_questions,
        threads=options.threads,
    )
    return train(settings)


if __name__ == "__main__":
    raise SystemExit(main())
