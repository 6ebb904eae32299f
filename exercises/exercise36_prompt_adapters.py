"""Exercise 36: Prompt tuning and adapters

Two more ways of fine-tuning a model without changing it (parameter-efficient fine-tuning, as LoRA
of exercise 35). The model's weights are frozen; what is trained is small and lives beside them.

Prompt tuning. k vectors P are put in front of the embedded tokens. They are no words; they are
parameters, found by gradient descent, and steer the frozen Transformer (exercise 30) by being
attended to. The attention mask grows by k positions that are always real. All examples share the
prompt, so its gradient is a sum over the batch. A task is then k D numbers, and one batch may mix
tasks, each example with its own prompt. Prefix tuning does the same in every layer.

Adapters. After a sublayer a small bottleneck network is inserted, down to m units, ReLU, up to D:

    out = x + relu(x W_down^T + b_down) W_up^T + b_up

The residual makes it a correction: with W_up = 0 and b_up = 0 it is the identity, and training
starts near there, from the model as it was. It costs about 2 m D numbers a place. Unlike LoRA it
is nonlinear, so it cannot be merged into the weights and stays as extra work at test time.

    method          trained numbers          at test time
    prompt tuning   k D                      sequences are k longer
    adapter         2 m D + m + D a place    two small layers more
    LoRA            r (in + out) a weight    nothing, once merged
    full            all                      nothing, but a copy of the model for each task

For:      few trained numbers (0.01 % to a few percent), small files for each task, one base model
          for all, less overfitting on small data and less forgetting.
Against:  less capacity than full fine-tuning, most of all prompts on small models; slower to train
          (prompts) or to run (adapters); the whole model is still run forwards and backwards.

Frozen does not mean that no gradient passes. It must pass through the frozen layers to reach the
prompt; the frozen weights are only not updated. The last two functions say which numbers move.

Frameworks: adapters come in several places and with other activations; here it is the plain form
with ReLU. `trainable` is a tuple of names; frameworks keep a flag at each parameter
(requires_grad) or give the optimizer only those that train.

Needs: exercise 35, exercise 30.
Run: grade exercise36
"""

import numpy as np


def prepend_prompt(e, P):
    """Put the shared prompt in front of every embedded sequence.

        out[n, i]     = P[i]        for i = 0, ..., k-1
        out[n, k + t] = e[n, t]     for t = 0, ..., T-1

    e is (N, T, D), P is (k, D); returns out, (N, k+T, D). T may be 0 (the prompt alone), and so may
    k (the sequences alone).
    Lester, Al-Rfou and Constant 2021, section 2.
    """
    raise NotImplementedError


def prompt_grad(dout, k):
    """Gradient of the shared prompt.

        dP[i] = sum_n dout[n, i]        for i = 0, ..., k-1

    dout is (N, k+T, D), k is an int; returns dP, (k, D). With k = 0 it has no rows.
    Differentiates prepend_prompt. Lester, Al-Rfou and Constant 2021, section 2.
    """
    raise NotImplementedError


def extend_mask(mask, k):
    """The padding mask of sequences that have a prompt in front.

        longer[n, i]     = True           for i = 0, ..., k-1
        longer[n, k + t] = mask[n, t]     for t = 0, ..., T-1

    mask is (N, T), bool, True for real tokens; k is an int; returns (N, k+T), bool as well. Prompt
    positions are always real, even in an example of padding only. k or T may be 0.
    Lester, Al-Rfou and Constant 2021, section 2; on masks Vaswani et al. 2017, section 3.2.3.
    """
    raise NotImplementedError


def adapter_forward(x, W_down, b_down, W_up, b_up):
    """A bottleneck adapter with its residual.

        z   = x W_down^T + b_down
        out = x + relu(z) W_up^T + b_up

    x is (N, D) or (N, T, D), W_down is (m, D), b_down is (m,), W_up is (D, m), b_up is (D,);
    returns out, of the shape of x. With W_up = 0 and b_up = 0 it is x.
    Houlsby et al. 2019, section 2.1, figure 2.
    """
    raise NotImplementedError


def adapter_backward(dout, x, W_down, b_down, W_up, b_up):
    """Gradients of the adapter with respect to its input and its four parameters.

        z       = x W_down^T + b_down
        dz      = (dout W_up) where z > 0, else 0
        dx      = dout + dz W_down
        dW_down = sum over positions of dz^T x            db_down = sum over positions of dz
        dW_up   = sum over positions of dout^T relu(z)    db_up   = sum over positions of dout

    dout and x are (N, D) or (N, T, D), W_down is (m, D), b_down is (m,), W_up is (D, m), b_up is
    (D,); returns dx, dW_down, db_down, dW_up, db_up, each of the shape of what it belongs to. A
    position is an example, or a token of one; the sums run over all of them. A unit that is closed
    everywhere gets no gradient, and at z = 0 it is closed (exercise 5). Differentiates
    adapter_forward.
    Houlsby et al. 2019, section 2.1; Goodfellow, Bengio and Courville 2016, section 6.5.
    """
    raise NotImplementedError


def selective_update(params, grads, trainable, lr):
    """One step of gradient descent that moves the trainable parameters only.

        new_p = p - lr g        if its name is in trainable and in grads
        new_p = p               otherwise

    params and grads are dicts from names to arrays (or numbers), trainable is a tuple of names, lr
    a number; returns a new dict with all the names of params. trainable may be empty; a trainable
    name without a gradient stays as it is; grads may hold frozen names. Names match as a whole.
    Change neither the dicts nor the arrays that you are given.
    Houlsby et al. 2019, section 2 (only the adapters' parameters are trained).
    """
    raise NotImplementedError


def trainable_fraction(params, trainable):
    """The share of all numbers of a model that is trained.

        fraction = (entries of the arrays named in trainable) / (entries of all arrays)

    params is a dict from names to arrays or numbers, trainable is a tuple of names; returns a
    number from 0 to 1. A single number counts 1; names that params lacks are ignored; no parameters
    give 0.0.
    Houlsby et al. 2019, table 1 (trained parameters for each task).
    """
    raise NotImplementedError
