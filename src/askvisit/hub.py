"""User-specified models: a local folder, or the name of one on a model hub (needs a network)."""

import hashlib
from pathlib import Path

from askvisit.errors import ModelError

_WANTED = ["*.safetensors", "*.json", "*.txt", "*.model"]


def model_folder(name: str, kind: str, *bundled: str) -> Path:
    """Return the folder of a model; neither pickled weights nor code are fetched.

    kind, bundled: for the error message. Raises `ModelError` if there is no such model.
    """
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, allow_patterns=_WANTED))
    except Exception as error:  # no network, no such name, no cached copy: all the same here
        are = "one is" if len(bundled) == 1 else "ones are"
        raise ModelError(
            f"no {kind} called {name!r}: it is neither a folder nor a model that can be fetched; "
            f"the bundled {are} {', '.join(bundled)}"
        ) from error


def check_object(given: object, kind: str, *needed: str) -> None:
    """Raise `ModelError` for an object that is no model: it lacks an attribute that is needed.

    None and a name are for the one who loads it.
    """
    lacks = [name for name in needed if not hasattr(given, name)]
    if lacks and given is not None and not isinstance(given, str):
        raise ModelError(
            f"the {kind} given lacks {', '.join(lacks)}; give its name or folder as text, or "
            "an object as docs/python-api.md describes it"
        )


def weights_sha256(folder: Path) -> str:
    """Return the hash of a model's weights; for several files, the hash of their hashes.

    Raises `ModelError` if there are none.
    """
    digests = []
    for path in sorted(folder.rglob("*.safetensors")):
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    if not digests:
        raise ModelError(f"{folder} has no weights (*.safetensors)")
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


def first_line(error: Exception) -> str:
    """Return the first line of a library's error, to end a message with."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
