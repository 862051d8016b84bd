"""The training loop: a fixed plan of batches, a linear schedule, states to resume from."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from askvisit.errors import TrainingError
from askvisit.evaluation.broad import read_broad
from askvisit.onnx_model import Layout
from training import checkpoint, features
from training.distillation import Teacher
from training.editions import read_edition_dialogues, read_editions
from training.hardware import fastest
from training.losses import evidence_loss, pair_loss, span_loss, term_loss
from training.mix import Among, Hard, Mix
from training.settings import Settings
from training.squad import read_squad

PAUSE = "PAUSE"
T = TypeVar("T")


def learning_rate(progress: float, peak: float, warmup: float, floor: float = 0.0) -> float:
    """Linear warm-up to ``peak``, then linear decay to ``floor`` of it, over progress 0..1."""
    if progress < warmup:
        return peak * progress / warmup
    left = max(0.0, (1 - progress) / (1 - warmup))
    return peak * (floor + (1 - floor) * left)


def read_hard(paths: Sequence[Path]) -> Hard:
    """What ``training.mining`` wrote: by edition and question, sentences that do not answer."""
    return _mined(paths, lambda row: [(a, b) for a, b in row["sentences"]])


def read_among(paths: Sequence[Path]) -> Among:
    """What ``training.mining --among`` wrote: sentences of other articles, where there are any."""
    found = _mined(paths, lambda row: [(name, a, b) for name, a, b in row["elsewhere"]])
    return {asked: places for asked, places in found.items() if places}


def _mined(paths: Sequence[Path], places: Callable[[Any], T]) -> dict[tuple[str, str], T]:
    found: dict[tuple[str, str], T] = {}
    for path in paths:
        try:
            for line in path.read_text("utf-8").splitlines():
                row = json.loads(line)
                found[row["edition"], row["question"]] = places(row)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingError(f"{path} is no file of training.mining ({error})") from error
    return found


def plan(settings: Settings, tokenizer: Any) -> list[list[features.TokenGroup]]:
    """All batches of a run; they depend on the settings alone."""
    editions = [edition for path in settings.news for edition in read_editions(path)]
    mix = Mix(
        editions,
        [d for path in settings.dialogues for d in read_edition_dialogues(path, editions)],
        [document for path in settings.squad for document in read_squad(path)],
        [document for path in settings.sentences for document in read_squad(path)],
        [question for path in settings.broad for question in read_broad(path)],
        hard=read_hard(settings.hard),
        longest=(settings.shortest, settings.longest),
        longest_broad=settings.longest_broad,
        judged=settings.evidence_weight > 0,
        shares=settings.shares,
        seed=settings.seed,
        turns_before=settings.turns_before,
        cropped=settings.cropped,
        among=read_among(settings.among),
        titles=settings.titles,
    )
    groups = features.token_groups(mix, tokenizer, tokens=settings.tokens)
    return features.batches(groups, tokens=settings.batch_tokens, seed=settings.seed)


def freeze(model: Any, layers: int) -> None:
    """Keep the embeddings and the first ``layers`` layers as they are; 0 trains everything.

    With them the weights that all layers share: the relative positions of MPNet.
    """
    if layers:
        encoder = model.base_model.encoder
        shared = [part for name, part in encoder.named_children() if name != "layer"]
        for part in (model.base_model.embeddings, *shared, *encoder.layer[:layers]):
            part.requires_grad_(False)


class Run:
    """One training run: model, optimiser and position, and how to save and resume them."""

    def __init__(self, settings: Settings) -> None:
        import torch

        if settings.threads is not None:
            torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.hardware = fastest()
        self.tokenizer = features.load_tokenizer(settings.start)
        self.layout = Layout.of(self.tokenizer)
        self.model = checkpoint.load_model(
            settings.start, terms=settings.terms, evidence=settings.evidence_weight > 0
        )
        freeze(self.model, settings.frozen)
        self.model.to(self.hardware.device).train()
        self.teacher = None
        if settings.teacher is not None:
            self.teacher = Teacher(
                settings.teacher, self.tokenizer, self.hardware, settings.temperature
            )
        self.batches = plan(settings, self.tokenizer)
        self.steps = len(self.batches)
        weights = [weight for weight in self.model.parameters() if weight.requires_grad]
        self.optimiser = torch.optim.AdamW(
            [
                {
                    "params": [weight for weight in weights if weight.ndim > 1],
                    "weight_decay": settings.weight_decay,
                },
                {"params": [weight for weight in weights if weight.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
            fused=True,
        )
        self.step = 0
        self.tokens = 0
        self.seconds = 0.0  # of earlier processes
        self.began = self.saved = time.monotonic()
        self.stopping = False

    def resume(self) -> bool:
        """Resume from ``out``; False if it holds no state yet."""
        import torch

        state = checkpoint.load_state(self.settings.out)
        if state is None:
            return False
        if (state["fingerprint"], state["steps"]) != (self.settings.fingerprint(), self.steps):
            raise TrainingError(
                f"{self.settings.out} holds a run with other settings or data: "
                "give the same options, or another output folder"
            )
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["rng"])
        self.step, self.tokens = state["step"], state["tokens"]
        self.seconds = state["seconds"]
        return True

    def save(self) -> None:
        """Write the state from which the run can be resumed."""
        import torch

        state = {
            "fingerprint": self.settings.fingerprint(),
            "steps": self.steps,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rng": torch.get_rng_state(),
            "step": self.step,
            "tokens": self.tokens,
            "seconds": self.elapsed(),
        }
        checkpoint.save_state(self.settings.out, state)
        self.saved = time.monotonic()

    def elapsed(self) -> float:
        """Seconds of training over all processes of the run, without its pauses."""
        return self.seconds + time.monotonic() - self.began

    def progress(self) -> float:
        """Progress of the schedule, 0..1: by steps, or by time if that is limited."""
        limit = self.settings.minutes
        timed = 0.0 if limit is None else self.elapsed() / (60 * limit)
        return min(1.0, max((self.step + 1) / (self.steps + 1), timed))

    def train_step(self) -> dict[str, float]:
        """One update on the next batch; returns the parts of its loss by name."""
        import torch

        batch = features.tensors(self.batches[self.step], self.layout, self.hardware.device)
        settings = self.settings
        rate = learning_rate(
            self.progress(), settings.learning_rate, settings.warmup, settings.floor
        )
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        with self.hardware.autocast():
            result = self.model(**features.model_inputs(batch))
        start, end = result.start_logits.float(), result.end_logits.float()
        parts = {"span": span_loss(start, end, batch), "pair": pair_loss(start, end, batch)}
        loss, soft_weight = parts["span"], settings.soft_weight
        if self.teacher is not None:
            parts["soft"] = self.teacher.loss(self.batches[self.step], start, end, batch["allowed"])
            loss = (1 - soft_weight) * loss + soft_weight * parts["soft"]
        loss = loss + settings.pair_weight * parts["pair"]
        if settings.terms:
            parts["term"] = term_loss(result.term_logits.float(), batch)
            loss = loss + parts["term"]
        if settings.evidence_weight:
            parts["evidence"] = evidence_loss(result.evidence_logits.float(), batch)
            loss = loss + settings.evidence_weight * parts["evidence"]
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), settings.clip)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.tokens += sum(len(w.ids) for group in self.batches[self.step] for w in group)
        self.step += 1
        return {name: float(part.detach()) for name, part in parts.items()}


def train(settings: Settings) -> Path:
    """Train, or resume training, until the plan or the time is used up; returns the checkpoint.

    Writes ``state.pt`` every few minutes, a line of ``log.jsonl`` with each, and the checkpoint
    ``final`` at the end, or ``stopped`` if SIGINT or SIGTERM stopped the run after a step. While
    ``out/PAUSE`` exists, the loop sleeps.
    """
    settings.out.mkdir(parents=True, exist_ok=True)
    run = Run(settings)
    resumed = run.resume()
    with _stop_on_signals(run):
        return _loop(run, resumed)


def _loop(run: Run, resumed: bool) -> Path:
    from tqdm import tqdm

    settings = run.settings
    total = sum(len(w.ids) for batch in run.batches for group in batch for w in group)
    bar = tqdm(total=total, initial=run.tokens, unit="tok", unit_scale=True, mininterval=10)
    bar.write(f"{'resumed at' if resumed else 'start,'} step {run.step} of {run.steps}")
    mean: dict[str, float] = {}
    while run.step < run.steps and run.progress() < 1 and not run.stopping:
        paused = time.monotonic()
        while (settings.out / PAUSE).exists() and not run.stopping:
            time.sleep(1)
        run.began += time.monotonic() - paused
        before = run.tokens
        losses = run.train_step()
        mean = {name: 0.98 * mean.get(name, x) + 0.02 * x for name, x in losses.items()}
        bar.update(run.tokens - before)
        bar.set_postfix(
            {name: f"{loss:.3f}" for name, loss in mean.items()}, step=run.step, refresh=False
        )
        if time.monotonic() - run.saved >= 60 * settings.save_minutes:
            run.save()
            _log(run, mean)
    run.save()
    _log(run, mean)
    bar.close()
    name = "stopped" if run.stopping else "final"
    return checkpoint.save_model(run.model, settings.start, settings.out / name)


def _log(run: Run, losses: Mapping[str, float]) -> None:
    line = {
        "step": run.step,
        "tokens": run.tokens,
        "seconds": round(run.elapsed()),
        **{f"{name}_loss": round(loss, 4) for name, loss in losses.items()},
    }
    with (run.settings.out / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


@contextmanager
def _stop_on_signals(run: Run) -> Iterator[None]:
    """Let SIGINT and SIGTERM end the run after the current step; a second one ends it at once."""

    def stop(*_: object) -> None:
        if run.stopping:
            raise KeyboardInterrupt
        run.stopping = True
        print("\nstopping after this step; run the command again to go on", file=sys.stderr)

    numbers = (signal.SIGINT, signal.SIGTERM)
    main = threading.current_thread() is threading.main_thread()
    before = [signal.signal(number, stop) for number in numbers] if main else []
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=False):
            signal.signal(number, handler)
