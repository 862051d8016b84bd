"""A span model that also predicts which earlier words a question depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import BertForQuestionAnswering
from transformers.modeling_outputs import QuestionAnsweringModelOutput


@dataclass
class TermSpanOutput(QuestionAnsweringModelOutput):  # type: ignore[misc]
    """Start, end and term logits, each (batch, length)."""

    term_logits: torch.Tensor | None = None


class TermSpanModel(BertForQuestionAnswering):  # type: ignore[misc]
    """BERT with a span layer, and a term layer over the same vectors (one more output)."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.term_outputs = torch.nn.Linear(config.hidden_size, 1)
        self.post_init()

    def forward(self, **inputs: Any) -> TermSpanOutput:
        """The three logits of each token; inputs are those of transformers' BERT."""
        vectors = self.bert(**inputs)[0]
        start, end = self.qa_outputs(vectors).unbind(-1)
        terms = self.term_outputs(vectors).squeeze(-1)
        return TermSpanOutput(start_logits=start, end_logits=end, term_logits=terms)
