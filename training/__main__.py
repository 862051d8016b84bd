"""``python -m training``: train a reader; see ``--help``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from askvisit.errors import AskvisitError, TrainingError

_ABOUT = """\
Train a reader (a span model) on news editions, dialogues and SQuAD 2.0 JSON. OUT gets state.pt
every few minutes; a run that was cut, by whatever, goes on where it stopped when the same command
is given again. At the end OUT gets the checkpoint final. While a file OUT/PAUSE exists the loop
sleeps. Ctrl-C saves and stops."""


def _parser() -> argparse.ArgumentParser:
    from training.settings import Settings

    parser = argparse.ArgumentParser(
        prog="python -m training",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    default = {f.name: f.default for f in Settings.__dataclass_fields__.values()}
    add("--from", dest="start", required=True, type=Path, help="checkpoint to start from")
    add("--out", required=True, type=Path, help="folder of the run, resumed if it has a state")
    for name, what in (
        ("news", "editions, .jsonl or .jsonl.gz"),
        ("dialogues", "dialogues about them"),
        ("squad", "SQuAD 2.0 files, .json or .json.gz"),
        ("sentences", "SQuAD files of single sentences (QAMR)"),
        ("broad", "broad questions about the editions, with the sentences that answer them"),
        ("among", "files of training.mining --among: where other articles are mistaken"),
        ("hard", "files of training.mining: where questions without an answer are mistaken"),
    ):
        add(f"--{name}", nargs="*", type=Path, default=[], metavar="FILE", help=what)
    for flag, name, kind, what in (
        ("--tokens", "tokens", float, "tokens to train on"),
        ("--batch-tokens", "batch_tokens", int, "padded tokens in a batch"),
        ("--lr", "learning_rate", float, "peak learning rate"),
        ("--warmup", "warmup", float, "share of warm-up"),
        ("--floor", "floor", float, "share of the peak at the end, where another run goes on"),
        ("--frozen", "frozen", int, "layers that stay as they are, with the embeddings"),
        ("--evidence-weight", "evidence_weight", float, "weight of the loss of sentences; 0: none"),
        ("--pair-weight", "pair_weight", float, "weight of the loss of pairs"),
        ("--soft-weight", "soft_weight", float, "share of the teacher's labels in the span loss"),
        ("--temperature", "temperature", float, "of the teacher's and the student's distributions"),
        ("--shortest", "shortest", int, "least characters of a news window"),
        ("--longest", "longest", int, "most characters of a news window"),
        ("--longest-broad", "longest_broad", int, "most characters of a broad question's window"),
        ("--cropped", "cropped", float, "share of SQuAD's contexts cut to about 300 characters"),
        ("--seed", "seed", int, "of the mix, the batches and a new span layer"),
        ("--minutes", "minutes", float, "end after this time at the latest"),
        ("--save-minutes", "save_minutes", float, "between states"),
        ("--threads", "threads", int, "CPU threads"),
    ):
        add(flag, dest=name, type=kind, default=default[name], help=f"{what} (%(default)s)")
    add("--terms", action="store_true", help="learn also which earlier words a question depends on")
    add("--turns-before", action="store_true", help="put earlier turns before follow-ups")
    add("--titles", action="store_true", help="put the article's title before the text")
    add("--teacher", type=Path, help="checkpoint of a larger reader to learn from (distillation)")
    add("--shares", default="", help="change the mix, such as news=0.3,squad=0.4")
    return parser


def parse_shares(text: str) -> dict[str, float]:
    """``news=0.3,squad=0.2`` over the defaults; an unknown name or value is a TrainingError."""
    from training.mix import SHARES

    shares = dict(SHARES)
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = part.partition("=")
        if name not in SHARES or not value.replace(".", "", 1).isdigit():
            raise TrainingError(
                f"cannot use the share {part!r}; write NAME=NUMBER with a name of "
                + ", ".join(SHARES)
            )
        shares[name] = float(value)
    return shares


def main(arguments: list[str] | None = None) -> int:
    """The command line; an error is one line and exit code 1."""
    options = vars(_parser().parse_args(arguments))
    try:
        from training.loop import train
        from training.settings import Settings

        files = {k: tuple(v) for k, v in options.items() if isinstance(v, list)}
        shares = parse_shares(options["shares"])
        chosen = options | files | {"tokens": int(options["tokens"]), "shares": shares}
        print(train(Settings(**chosen)))
    except AskvisitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
