"""Question answering models of the transformers library that are made in a moment."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SIZES = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 514,
}


def write_tiny_reader(
    folder: Path, texts: Iterable[str], *, terms: bool = False, mpnet: bool = False
) -> Path:
    """Write a two-layer random BERT with a word tokenizer over the words of some texts.

    terms: with the layer that tells which earlier words a question depends on. mpnet: an MPNet.
    """
    import torch
    from transformers import BertConfig, BertForQuestionAnswering

    first, separator, special = "[CLS]", "[SEP]", ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    if mpnet:
        first, separator, special = "<s>", "</s>", ["<s>", "<pad>", "</s>", "[UNK]"]
    tokenizer = _tokenizer(texts, first, separator, special, pair_of_separators=mpnet)
    torch.manual_seed(7)
    size = tokenizer.get_vocab_size()
    model: Any
    if mpnet:
        from transformers import MPNetConfig, MPNetForQuestionAnswering

        model = MPNetForQuestionAnswering(MPNetConfig(vocab_size=size, **SIZES))
    elif terms:
        from training.span_models import TermSpanModel

        model = TermSpanModel(BertConfig(vocab_size=size, **SIZES))
    else:
        model = BertForQuestionAnswering(BertConfig(vocab_size=size, **SIZES))
    model.save_pretrained(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _tokenizer(
    texts: Iterable[str],
    first: str,
    separator: str,
    special: list[str],
    *,
    pair_of_separators: bool,
) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    known = sorted({word for text in texts for word in re.findall(r"\w+|[^\w\s]", text.lower())})
    vocabulary = {word: at for at, word in enumerate([*special, *known])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    between = f"{separator} {separator}" if pair_of_separators else separator
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {separator}",
        pair=f"{first} $A {between} $B:1 {separator}:1",
        special_tokens=[(token, vocabulary[token]) for token in (first, separator)],
    )
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=16)
    return tokenizer
