"""What defines a training run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """What defines a run; a resumed run must have the same, but for the four marked fields."""

    train: tuple[Path, ...]
    start: Path
    out: Path  # not compared
    sentences: Path | None = None
    valid: tuple[Path, ...] = ()
    tokens: int = 20_000_000
    batch_tokens: int = 6144
    learning_rate: float = 1e-4
    warmup: float = 0.06
    clip: float = 1.0
    weight_decay: float = 0.01
    dropout: float = 0.0
    seed: int = 0
    shares: str = ""
    minutes: float | None = None  # not compared
    save_minutes: float = 3.0  # not compared
    valid_tokens: int = 1_000_000
    valid_questions: int = 800
    threads: int | None = None  # not compared

    def fingerprint(self) -> str:
        """A hash of what must not change between the parts of a run."""
        free = {"out", "minutes", "save_minutes", "threads"}
        compared = {name: value for name, value in asdict(self).items() if name not in free}
        text = json.dumps(compared, default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
