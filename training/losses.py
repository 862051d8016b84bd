"""What a reader is trained to minimise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

RARE = 3.0


def span_loss(start: Tensor, end: Tensor, batch: dict[str, Any]) -> Tensor:
    """Mean over rows of the negative log likelihood of the right starts and ends, or of [CLS].

    start, end: logits (rows, length). If several places are right, their probabilities are added
    (Clark & Gardner 2018), so that a list's first answer is not taught as the only one. Unlabelled
    rows count as 0.
    """
    first = _negative_log_likelihood(start, batch["starts"], batch["allowed"])
    last = _negative_log_likelihood(end, batch["ends"], batch["allowed"])
    return ((first + last) * batch["labelled"]).sum() / (2 * len(first))


def pair_loss(start: Tensor, end: Tensor, batch: dict[str, Any]) -> Tensor:
    """Logistic loss of the answered window's margin over its twin's; 0 without pairs.

    The margin is the log-sum-exp of a window's start and end logits over those of [CLS], as the
    reader scores a sentence.
    """
    text = batch["allowed"].clone()
    text[:, 0] = False
    margin = sum(
        logits.masked_fill(~text, -1e4).logsumexp(1) - logits[:, 0] for logits in (start, end)
    )
    answered, missing = batch["pairs"].unbind(1)
    if not len(answered):
        return start.new_zeros(())
    from torch.nn.functional import softplus

    loss: Tensor = softplus(margin[missing] - margin[answered]).mean()
    return loss


def term_loss(logits: Tensor, batch: dict[str, Any]) -> Tensor:
    """Mean binary cross-entropy of the history's tokens; 0 if none is judged.

    logits: (rows, length), above 0 where the question depends on a token (QuReTeC, Voskarides et
    al. 2020, arXiv:2005.11723). The few that it depends on count ``RARE`` times.
    """
    from torch.nn.functional import binary_cross_entropy_with_logits

    judged = batch["terms"] >= 0
    if not judged.any():
        return logits.new_zeros(())
    rare = logits.new_tensor(RARE)
    return binary_cross_entropy_with_logits(logits[judged], batch["terms"][judged], pos_weight=rare)


def evidence_loss(logits: Tensor, batch: dict[str, Any]) -> Tensor:
    """Mean binary cross-entropy of the judged sentences; 0 if none is judged.

    logits: (rows, length). A sentence's logit is the mean over its tokens less the logit of [CLS],
    as the reader computes it.
    """
    from torch.nn.functional import binary_cross_entropy_with_logits

    row, first, end = batch["sentences"].unbind(1)
    if not len(row):
        return logits.new_zeros(())
    sums = logits.new_zeros(logits.shape[0], logits.shape[1] + 1)
    sums[:, 1:] = logits.cumsum(1)
    found = (sums[row, end] - sums[row, first]) / (end - first) - logits[row, 0]
    return binary_cross_entropy_with_logits(found, batch["evidence"])


def _negative_log_likelihood(logits: Tensor, right: Tensor, allowed: Tensor) -> Tensor:
    logits = logits.masked_fill(~allowed, -1e4)
    return logits.logsumexp(1) - logits.masked_fill(~right, -1e4).logsumexp(1)
