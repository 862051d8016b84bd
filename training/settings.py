"""What defines a training run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from askvisit.errors import TrainingError
from training.mix import CROPPED, SHARES


@dataclass(frozen=True, slots=True)
class Settings:
    """What defines a run; a resumed run must have the same, except for the fields marked free.

    Raises TrainingError if unlabelled questions have a share but no teacher to label them.
    """

    start: Path
    out: Path  # free
    news: tuple[Path, ...] = ()
    dialogues: tuple[Path, ...] = ()
    squad: tuple[Path, ...] = ()
    sentences: tuple[Path, ...] = ()
    hard: tuple[Path, ...] = ()
    broad: tuple[Path, ...] = ()
    among: tuple[Path, ...] = ()
    tokens: int = 3_000_000
    batch_tokens: int = 4608
    learning_rate: float = 6e-5
    warmup: float = 0.06
    floor: float = 0.0
    clip: float = 1.0
    weight_decay: float = 0.01
    frozen: int = 0
    terms: bool = False
    evidence_weight: float = 0.0
    turns_before: bool = False
    titles: bool = False
    teacher: Path | None = None
    soft_weight: float = 0.75
    temperature: float = 1.5
    pair_weight: float = 0.5
    shortest: int = 400
    longest: int = 900
    longest_broad: int = 1400
    cropped: float = CROPPED
    seed: int = 0
    shares: dict[str, float] = field(default_factory=lambda: dict(SHARES))
    minutes: float | None = None  # free
    save_minutes: float = 5.0  # free
    threads: int | None = None  # free

    def __post_init__(self) -> None:
        if self.shares.get("unlabelled") and self.teacher is None:
            raise TrainingError(
                "the share unlabelled has no labels to learn from; "
                "name a teacher with --teacher, or leave the share out"
            )

    def fingerprint(self) -> str:
        """A hash of what must not change between the parts of a run."""
        free = {"out", "minutes", "save_minutes", "threads"}
        compared = {name: value for name, value in asdict(self).items() if name not in free}
        text = json.dumps(compared, default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
