"""How well questions are understood as people type them: `python benchmarks/typed.py`.

Each kind of `tests/harness/typed.py` against the same questions as written, by the share of right
sentences ranked first. `--seeds N` makes N sets of each kind, `--reader NAME` uses another reader.
"""

from __future__ import annotations

import argparse
from statistics import fmean

from common import ROOT, visit_questions
from harness.typed import KINDS, SEED, typed

from askvisit import Assistant
from askvisit.cli.options import READER
from askvisit.evaluation.questions import Question, is_right


def main() -> None:
    """Print a row for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    READER(parser)
    options = parser.parse_args()
    assistant = Assistant.load(ROOT / "index", reader=options.reader)
    questions = [q for q in visit_questions() if q.sentences]
    right: dict[str, bool] = {}

    def ranked_first(question: Question) -> bool:
        if question.question not in right:
            answer = assistant.ask(question.question, min_confidence=0)
            right[question.question] = is_right(question, answer.citations[:1])
            if options.show and not right[question.question]:
                print(f"  {question.question!r} read as {answer.reading!r}")
        return right[question.question]

    clean = fmean(ranked_first(q) for q in questions)
    print(f"{'kind':12} {'n':>4} {'as typed':>9} {'as written':>11}")
    print(f"{'as written':12} {len(questions):4} {clean:9.3f} {clean:11.3f}")
    for kind in KINDS:
        made = [q for n in range(options.seeds) for q in typed(questions, kind, SEED + n)]
        by_gold = {q.sentences + q.spans: q for q in questions}
        same = [by_gold[q.sentences + q.spans] for q in made]
        shares = fmean(map(ranked_first, made)), fmean(map(ranked_first, same))
        print(f"{kind:12} {len(made):4} {shares[0]:9.3f} {shares[1]:11.3f}")


if __name__ == "__main__":
    main()
