"""Exercise 23: Attack and defense

Training asks how the loss changes with the weights. An attacker asks how it changes with the input:
the same backward pass (exercise 19), carried one step further to x, tells which pixels to move so
that a correctly classified image becomes a wrong one, by a change too small to notice. Such an
input is an adversarial example.

Budget. A change delta = x_adv - x counts as small if its norm is at most eps. Under the max-norm
every pixel may move by eps on its own. To first order the loss grows by the sum of grad_i delta_i;
that is largest when every pixel moves by the full eps in the direction of the sign of its gradient.
This is the fast gradient sign method (FGSM): one step, only signs count, and a pixel with gradient
0 stays (sign(0) = 0). Under an L2 budget the best direction is the gradient itself, and all pixels
of an example share the budget.

    FGSM, untargeted    climb the loss of the right label
    FGSM, targeted      descend the loss of the label that the attacker wants
    PGD                 many small FGSM steps, each followed by a projection back into the budget
                        around the clean input and into the range of valid pixels

Many dimensions make it work: D pixels that move by eps change a logit by up to eps times the sum of
|w_i|, and that grows with D while eps stays fixed.

Defense. Adversarial training replaces the loss (exercise 7) by its worst value within the budget:
attack the current model, train on the result, in every step. The share of examples that are right
before and after the attack is the robust accuracy; it costs some accuracy on clean inputs. Hiding
the gradient (a saturated or rounded model) only stops attacks that need it.

The victim here is a linear softmax classifier, logits = x W^T + b, so every value is exact. Inputs
are images or vectors with entries in [lo, hi], [0, 1] by default.

Needs: exercise 7, exercise 19.
Run: grade exercise23
"""

import numpy as np


def input_gradient(x, W, b, y):
    """Gradient of the classifier's mean cross-entropy with respect to its input.

        logits = x W^T + b,  p = softmax(logits) over the classes
        loss   = -(1/N) sum_n log p[n, y_n]
        dx     = ((p - onehot(y)) / N) W

    x is (N, D); W is (C, D); b is (C,); y is (N,), int labels. Returns (N, D). Logits may be large:
    a saturated softmax must not overflow.
    Goodfellow, Shlens and Szegedy 2015, section 4.
    """
    raise NotImplementedError


def fgsm(x, grad, eps, lo=0.0, hi=1.0):
    """One step that raises the loss as fast as a max-norm budget allows.

        x_adv = clip(x + eps sign(grad), lo, hi)

    x and grad have the same shape, whatever it is; grad is the gradient of the loss with respect to
    x. sign(0) = 0. eps may be 0. Returns an array of the shape of x. Leave x unchanged.
    Goodfellow, Shlens and Szegedy 2015, section 4.
    """
    raise NotImplementedError


def fgsm_targeted(x, grad_target, eps, lo=0.0, hi=1.0):
    """One step towards a wanted label.

        x_adv = clip(x - eps sign(grad_target), lo, hi)

    grad_target is the gradient, with respect to x, of the loss for the label that the attacker
    wants. Shapes and sign(0) as in fgsm.
    Kurakin, Goodfellow and Bengio 2017, "Adversarial examples in the physical world", section 2.3
    (there iterated).
    """
    raise NotImplementedError


def project_linf(x_adv, x, eps, lo=0.0, hi=1.0):
    """Nearest valid input whose change is at most eps in every entry.

        first clip every entry of x_adv to [x - eps, x + eps], then to [lo, hi]

    x_adv and x have the same shape; x is the clean input. Returns an array of that shape: x_adv
    itself where it is inside, x for eps = 0.
    Madry et al. 2018, section 2.1.
    """
    raise NotImplementedError


def project_l2(delta, eps):
    """Nearest change with an L2 norm of at most eps, for each example.

        result_n = delta_n                       if ||delta_n|| <= eps
                   eps delta_n / ||delta_n||     otherwise

    delta is (N, ...), for instance (N, D) or (N, C, H, W); the norm of example n is taken over all
    its entries; eps is positive. Returns the same shape. A change of zero stays zero.
    Boyd and Vandenberghe 2004, section 8.1.
    """
    raise NotImplementedError


def pgd(x, y, W, b, eps, alpha, steps):
    """Projected gradient attack on the linear classifier.

        x_adv = x
        steps times:
            g     = input_gradient(x_adv, W, b, y)
            x_adv = project_linf(x_adv + alpha sign(g), x, eps)

    Shapes as in input_gradient; alpha is the size of a step, steps an int, 0 allowed; the range is
    [0, 1]. Returns (N, D). alpha may be larger than eps, and alpha steps smaller.
    Builds on input_gradient and project_linf.
    Madry et al. 2018, section 2.1.
    """
    raise NotImplementedError


def adversarial_loss(x, x_adv, y, W, b, weight=0.5):
    """Loss for adversarial training: clean and attacked examples, mixed.

        loss = (1 - weight) CE(x W^T + b, y) + weight CE(x_adv W^T + b, y)

    CE is the mean cross-entropy of softmax(logits), as in input_gradient. x and x_adv are (N, D);
    W is (C, D); b is (C,); y is (N,). Returns a float. weight may be 0 or 1; logits may be large.
    Goodfellow, Shlens and Szegedy 2015, section 6 (their alpha is 1 - weight).
    """
    raise NotImplementedError


def robust_accuracy(logits_clean, logits_adv, y):
    """Share of all examples that are right before and after the attack.

        (1/N) sum_n [argmax logits_clean_n = y_n and argmax logits_adv_n = y_n]

    logits_clean and logits_adv are (N, C); y is (N,), int labels. Returns a float. If several
    logits are largest, the first of them is the prediction. An example that was wrong and became
    right does not count.
    Madry et al. 2018, section 5.
    """
    raise NotImplementedError
