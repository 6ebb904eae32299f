"""Exercise 35: LoRA

Fine-tuning adapts a trained model to a new task. Full fine-tuning changes every weight, so each
task needs a copy of the whole model, and the optimizer keeps two more numbers for each weight
(Adam). Low-rank adaptation freezes the weight W0 and learns a small change beside it:

    h = W0 x + (alpha / r) B A x        A is (r, in), B is (out, r), r much smaller than both

The change of a weight during fine-tuning turns out to have a low "intrinsic rank": a handful of
directions is enough, often r = 4 or 8 for layers of thousands. A projects the input down to r
numbers, B brings them up again. Only A and B are trained, r (out + in) numbers instead of out in.

The start. B = 0, so the update is exactly 0 and fine-tuning begins with the model as it was. A is
random: if both were 0, both gradients would be 0 as well (dA contains B, dB contains A x), and
nothing would ever move. Its spread is one over the root of its fan-in (exercise 16). In the first
step only B moves.

The scale alpha / r. With more directions the update grows; dividing by r lets one learning rate
serve several ranks. alpha is a fixed number, not trained.

The gradients are those of exercise 4: two linear layers in a row, beside a third one that is
frozen. Frozen means that no gradient for W0 is needed; it does not mean that nothing flows through
it. The layers below still get dout W0.

Afterwards B A can be added to W0. The merged layer is an ordinary one and costs nothing extra; and
because the update can be subtracted again, one base model serves many tasks in turn.

For:      few trained parameters, small checkpoints for each task, no extra cost once merged, less
          forgetting than full fine-tuning, switching tasks by swapping A and B.
Against:  less capacity than full fine-tuning (rank r), r and alpha to choose, the base model must
          still be held and run, and a batch cannot mix tasks once they are merged.

Frameworks: A starts random and B at zero, with scaling alpha / r, as in the paper and in the peft
library; peft draws A from a uniform distribution, here it is a normal one. Some variants scale by
alpha / sqrt(r).

Needs: exercise 4, exercise 16.
Run: grade exercise35
"""

import numpy as np


def lora_init(d_out, d_in, r, rng):
    """The two factors of the update before training.

        A = standard normal numbers (r, d_in) / sqrt(d_in)
        B = 0, (d_out, r)

    d_out, d_in and r are ints, rng is a numpy.random.Generator; returns A and B. Draw
    rng.standard_normal((r, d_in)) once, and nothing else. r may be 1, or larger than both sizes.
    The update B A starts at exactly 0.
    Hu et al. 2021 (LoRA), section 4.1.
    """
    raise NotImplementedError


def lora_forward(x, W0, A, B, alpha):
    """A frozen linear layer with its low-rank update, for a batch of rows.

        out = x W0^T + (alpha / r) (x A^T) B^T          r = number of rows of A

    x is (N, in), W0 is (out, in), A is (r, in), B is (out, r), alpha is a number; returns out,
    (N, out). With B = 0 or alpha = 0 it is the frozen layer. Sizes may coincide: where all are
    equal, a wrong order raises no error.
    Hu et al. 2021 (LoRA), section 4.1, equation 3.
    """
    raise NotImplementedError


def lora_backward(dout, x, W0, A, B, alpha):
    """Gradients of the layer with respect to x, A and B; W0 is frozen and has none.

        s  = alpha / r
        dx = dout W0 + s (dout B) A
        dA = s (dout B)^T x
        dB = s dout^T (x A^T)

    dout is (N, out), x is (N, in), W0 is (out, in), A is (r, in), B is (out, r), alpha is a number;
    returns dx (N, in), dA (r, in), dB (out, r). With B = 0, as at the start, dA is 0 and dB is not.
    Differentiates lora_forward.
    Hu et al. 2021 (LoRA), section 4.1, equation 3, by the chain rule.
    """
    raise NotImplementedError


def lora_merge(W0, A, B, alpha):
    """One weight that does what the frozen weight and the update do together.

        W = W0 + (alpha / r) B A

    W0 is (out, in), A is (r, in), B is (out, r), alpha is a number; returns W, (out, in). For every
    x, x W^T is lora_forward. Leave W0 unchanged.
    Hu et al. 2021 (LoRA), section 4.1, "No additional inference latency".
    """
    raise NotImplementedError


def lora_unmerge(W, A, B, alpha):
    """The frozen weight again, from a merged one.

        W0 = W - (alpha / r) B A

    W is (out, in), A is (r, in), B is (out, r), alpha is a number; returns W0, (out, in). Undoes
    lora_merge. Leave W unchanged.
    Hu et al. 2021 (LoRA), section 4.1, "No additional inference latency".
    """
    raise NotImplementedError


def lora_param_counts(d_out, d_in, r):
    """Trained numbers of one layer, by full fine-tuning and by LoRA.

        full = d_out d_in
        lora = r (d_out + d_in)

    d_out, d_in and r are ints; returns two ints, full and lora. Nothing stops r from being so large
    that lora exceeds full; at r = d_out d_in / (d_out + d_in) they are equal.
    Hu et al. 2021 (LoRA), sections 4.2 and 5.1.
    """
    raise NotImplementedError
