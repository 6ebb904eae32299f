"""A small bank with one question of each type, written to a folder for a test."""

from __future__ import annotations

from pathlib import Path

HEAD = """schema: 1
bank: small
title: Small bank
include: ['question_bank/q*.yaml']
targets: {questions: 1, templates: 1}
groups:
- {id: q01, title: First, least: 1}
- {id: q02, title: Second, least: 1}
topics:
- {id: alpha, title: Alpha, group: q01, exercises: [exercise11], also: [first]}
- {id: beta, title: Beta, group: q02, needs: [alpha]}
"""

FIRST = r"""schema: 1
group: q01
status: reviewed
questions:
- id: alpha-single
  type: single
  topic: alpha
  difficulty: 1
  bloom: remember
  refs: [exercise11.dropout_mask]
  q: Which of these is $\sqrt{4}$, the root of four?
  options:
  - wrong: three
    why: Its square would be nine.
    misconception: root-too-large
  - right: two
    why: Its square is four.
  - wrong: one
    why: Its square would be one.
  hints:
  - Square each of them.
  - It is even.
- id: alpha-multi
  type: multi
  topic: alpha
  difficulty: 2
  bloom: understand
  q: Which of these numbers are even?
  options:
  - right: two
    why: Two is twice one.
  - right: four
    why: Four is twice two.
  - wrong: five
    why: Five leaves a rest of one.
  - wrong: seven
    why: Seven leaves a rest of one.
- id: alpha-statement
  type: truefalse
  topic: alpha
  difficulty: 1
  bloom: remember
  q: The sum of two odd numbers is even.
  answer: true
  why: The two rests of one add up to two.
  trap: One thinks of the product, which is odd.
- id: alpha-number
  type: numeric
  topic: alpha
  difficulty: 2
  bloom: apply
  params: {n: {int: [5, 12]}, k: {choice: [3, 5]}, s: {int: [1, 2]}}
  where: ['(n - k) % s == 0']
  q: A side of {{n}} with a kernel of {{k}} and a stride of {{s}} gives which side?
  answer: (n - k) / s + 1
  why: One window at the start and one for each step.
  mistakes:
  - expr: (n - k) / s
    why: The first window is missing here.
    misconception: first-window-missing
  - expr: n - k + 1
    when: s > 1 and n > k
    why: The stride is left out here.
- id: alpha-shape
  type: shape
  topic: alpha
  difficulty: 2
  bloom: apply
  symbols: [N, H]
  q: A batch of $N$ states of $H$ units is followed by four gates. Which shape do they have together?
  answer: [N, 4 * H]
  why: Four gates of H units stand side by side.
  mistakes:
  - shape: [4 * N, H]
    why: The batch does not grow.
- id: alpha-short
  type: short
  topic: alpha
  difficulty: 2
  bloom: remember
  q: What is it called when a decoder is fed the right answer in training?
  accept: [teacher forcing, 're:teacher[ -]?forced']
  samples: [teacher forcing, teacher forced]
  reject:
  - text: free running
    why: That feeds the model its own output.
  why: The teacher's answer is forced on the decoder.
"""

SECOND = r"""schema: 1
group: q02
status: reviewed
questions:
- id: beta-order
  type: order
  topic: beta
  difficulty: 2
  bloom: understand
  q: Put these steps of training in order.
  items: [Forward pass, Loss, Backward pass, Update]
  distractors:
  - text: Sorting
    why: Nothing is sorted in training.
  why: The loss needs the outputs and the update needs the gradients.
- id: beta-match
  type: match
  topic: beta
  difficulty: 2
  bloom: understand
  q: Match each network with its inputs and outputs.
  pairs:
  - left: Captioning
    right: one to many
    why: An image gives a sentence.
  - left: Sentiment
    right: many to one
    why: A sentence gives a verdict.
  - left: Translation
    right: many to many
    why: A sentence gives a sentence.
  distractors:
  - text: one to none
    why: There is always an output.
- id: beta-cloze
  type: cloze
  topic: beta
  difficulty: 3
  bloom: apply
  q: The derivative of $\tanh(x)$ at 0 is $[[slope]]$, and it is called a [[name]].
  blanks:
    slope:
      answer: 1
      why: The formula gives one minus zero.
    name:
      right: slope
      wrong:
      - text: curve
        why: A curve is the whole function.
      why: It is the slope of the tangent.
- id: beta-derive
  type: derive
  topic: beta
  difficulty: 4
  bloom: analyse
  q: Find the decay of a weight in two steps.
  formula: w \leftarrow (1 - \eta\lambda) w
  steps:
  - q: What is the derivative of $\frac{\lambda}{2} w^2$, using lam and w?
    type: short
    expr: lam * w
    symbols: [lam, w]
    why: The two cancels the half in front.
    reject:
    - text: 2 * lam * w
      why: The half in front is left out.
  - q: By which factor does $w$ shrink for eta of 0.5 and lam of 0.2?
    type: numeric
    answer: 1 - 0.5 * 0.2
    tol: {abs: 0.001}
    why: One minus the product of both.
- id: beta-bug
  type: bug
  topic: beta
  difficulty: 3
  bloom: analyse
  q: Which line of this mean is at fault?
  code: |
    def mean(x):
        total = sum(x)
        return total / (len(x) - 1)
  lines: [3]
  mistakes:
  - line: 2
    why: The sum is as it should be.
  fix:
  - wrong: return total
    why: A sum is not a mean.
  - right: return total / len(x)
    why: The sum is divided by the number.
  - wrong: return len(x) / total
    why: That is upside down.
  why: A mean divides by the number of values.
- id: beta-exam
  type: single
  topic: beta
  difficulty: 3
  bloom: apply
  status: exam
  q: Which of these is a secret of the exam?
  options:
  - right: this one
    why: It is the secret one.
  - wrong: that one
    why: It is no secret.
  - wrong: another one
    why: It is no secret either.
"""


def write_bank(folder: Path, first: str = FIRST, second: str = SECOND, head: str = HEAD) -> Path:
    """The folder, now a course with the small bank and nothing else."""
    (folder / "question_bank").mkdir(parents=True, exist_ok=True)
    (folder / "question_bank.yaml").write_text(head, encoding="utf-8")
    (folder / "question_bank" / "q01_first.yaml").write_text(first, encoding="utf-8")
    (folder / "question_bank" / "q02_second.yaml").write_text(second, encoding="utf-8")
    return folder
