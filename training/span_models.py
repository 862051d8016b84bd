"""Span models with a further output for each token, over the same vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import BertForQuestionAnswering, MPNetForQuestionAnswering
from transformers.modeling_outputs import QuestionAnsweringModelOutput


@dataclass
class TermSpanOutput(QuestionAnsweringModelOutput):  # type: ignore[misc]
    """Start, end and term logits, each (batch, length)."""

    term_logits: torch.Tensor | None = None


class TermSpanModel(BertForQuestionAnswering):  # type: ignore[misc]
    """BERT that also predicts which earlier words a question depends on."""

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


@dataclass
class EvidenceSpanOutput(QuestionAnsweringModelOutput):  # type: ignore[misc]
    """Start, end and evidence logits, each (batch, length)."""

    evidence_logits: torch.Tensor | None = None


class EvidenceSpanModel(MPNetForQuestionAnswering):  # type: ignore[misc]
    """MPNet that also predicts which sentences belong to the answer.

    A sentence's logit is the mean of its tokens' less that of the first token, which stands for
    no sentence, as the null score does for spans.
    """

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.evidence_outputs = torch.nn.Linear(config.hidden_size, 1)
        self.post_init()

    def forward(self, **inputs: Any) -> EvidenceSpanOutput:
        """The three logits of each token; inputs are those of transformers' MPNet."""
        vectors = self.mpnet(**inputs)[0]
        start, end = self.qa_outputs(vectors).unbind(-1)
        evidence = self.evidence_outputs(vectors).squeeze(-1)
        return EvidenceSpanOutput(start_logits=start, end_logits=end, evidence_logits=evidence)
