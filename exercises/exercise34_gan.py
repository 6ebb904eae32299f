"""Exercise 34: Generative adversarial networks

A generator turns noise into examples; a discriminator D says how likely an example is to be real.
They are trained against each other:

    min over G, max over D:   E_real[log D(x)] + E_fake[log(1 - D(G(noise)))]

For the discriminator this is binary classification, real = 1 and fake = 0: minus the value is the
cross-entropy of exercise 7, and the gradient for a logit is again probability minus label. D is
sigmoid(z), so everything is computed from logits z. With softplus(z) = log(1 + e^z) of exercise 1,

    -log D = softplus(-z)        -log(1 - D) = softplus(z)

and no logarithm ever sees a probability that has become 0.

The generator has two losses. The minimax form minimizes log(1 - D(fake)), its side of the game.
Early in training fakes are bad and D is near 0; there log(1 - D) is flat, the gradient vanishes
(it "saturates"), and nothing is learned. The non-saturating form minimizes -log D(fake): the same
fixed point, the same direction for each fake, but large steps where the discriminator is sure.

                      loss of a logit z     gradient       z = -10 (rejected)   z = 10 (accepted)
    minimax           -softplus(z)          -sigmoid(z)     -0.00005             -1
    non-saturating    softplus(-z)          sigmoid(z) - 1  -1                   -0.00005

The theory lets D be perfect. Then D = p_real / (p_real + p_gen), and the value of the game is
-log 4 + 2 JSD(p_real, p_gen): the generator minimizes the Jensen-Shannon divergence, which is 0
only if the distributions are equal. If their supports are disjoint, JSD = log 2 however near they
lie, and no gradient says where to go. The Wasserstein GAN answers this: the discriminator becomes a
critic whose raw scores measure a distance, without sigmoid or logarithm; its slope is kept bounded
by clipping weights or by a penalty.

GANs produce sharp examples and need no likelihood. They are hard to train: no single loss that
falls, oscillation, mode collapse (the generator makes few kinds of examples), and a discriminator
that becomes too good too soon. Batch normalization can hurt them, since it ties examples together.

Frameworks: the non-saturating loss is what everybody trains, the minimax form is what the theory
says. Every mean here is over the examples of one side; the discriminator's two terms are added.

Needs: exercise 7, exercise 1.
Run: grade exercise34
"""

import numpy as np


def d_loss(z_real, z_fake):
    """The discriminator's loss: cross-entropy on real examples plus cross-entropy on fakes.

        loss = mean_i softplus(-z_real_i) + mean_j softplus(z_fake_j)

    z_real is (N_real,) and z_fake (N_fake,), logits; the numbers may differ. Returns a number. Zero
    logits give 2 log 2. Logits may reach 1e4 on either side, and the loss stays finite.
    Goodfellow et al. 2014, section 3, equation 1 (there maximized).
    """
    raise NotImplementedError


def d_loss_grads(z_real, z_fake):
    """Gradients of the discriminator's loss with respect to its logits.

        dz_real_i = (sigmoid(z_real_i) - 1) / N_real
        dz_fake_j = sigmoid(z_fake_j) / N_fake

    z_real is (N_real,) and z_fake (N_fake,); returns dz_real (N_real,) and dz_fake (N_fake,). For
    logits of 1e4 sigmoid is 0 or 1, without an overflow on the way.
    Differentiates d_loss. Goodfellow et al. 2014, Algorithm 1, the discriminator's step.
    """
    raise NotImplementedError


def g_loss_minimax(z_fake):
    """The generator's loss as the minimax game has it.

        loss = mean_j log(1 - sigmoid(z_fake_j)) = -mean_j softplus(z_fake_j)

    z_fake is (N,), the discriminator's logits of fakes; returns a number, never positive. Zero
    logits give -log 2, logits of 1e4 give -1e4.
    Goodfellow et al. 2014, section 3, equation 1, and Algorithm 1.
    """
    raise NotImplementedError


def g_loss_nonsaturating(z_fake):
    """The generator's loss that is trained in practice.

        loss = -mean_j log sigmoid(z_fake_j) = mean_j softplus(-z_fake_j)

    z_fake is (N,), the discriminator's logits of fakes; returns a number, never negative. Zero
    logits give log 2, logits of -1e4 give 1e4.
    Goodfellow et al. 2014, section 3, last paragraph ("maximize log D(G(z))").
    """
    raise NotImplementedError


def g_loss_grads(z_fake):
    """Gradients of both generator losses with respect to the logits of the fakes.

        d_minimax_j       = -sigmoid(z_fake_j) / N
        d_nonsaturating_j = (sigmoid(z_fake_j) - 1) / N

    z_fake is (N,); returns d_minimax (N,) and d_nonsaturating (N,), in this order. At z = -1e4 the
    first vanishes and the second is -1/N. Differentiates g_loss_minimax and g_loss_nonsaturating.
    Goodfellow et al. 2014, section 3; Goodfellow 2016 (NIPS tutorial), section 3.2.3.
    """
    raise NotImplementedError


def optimal_discriminator(p_real, p_gen):
    """The best discriminator against a fixed generator.

        D(x) = p_real(x) / (p_real(x) + p_gen(x))        1/2 where both are 0

    p_real and p_gen are arrays of one shape with probabilities or densities, 0 or more; returns an
    array of that shape. Equal distributions give 1/2; disjoint supports give 1 and 0.
    Goodfellow et al. 2014, section 4.1, Proposition 1, equation 2.
    """
    raise NotImplementedError


def gan_value(p_real, p_gen):
    """The value of the game for discrete distributions, with the optimal discriminator.

        value = sum_x p_real(x) log D(x) + sum_x p_gen(x) log(1 - D(x))
              = -log 4 + 2 JSD(p_real, p_gen)

    D is optimal_discriminator. p_real and p_gen are (K,), each sums to 1; returns a number, in
    nats. Equal distributions give -log 4, disjoint ones 0. An outcome of probability 0 contributes
    0 to its sum, whatever the logarithm is.
    Goodfellow et al. 2014, section 4.1, Theorem 1, equations 4 to 6.
    """
    raise NotImplementedError


def wgan_losses(c_real, c_fake):
    """The losses of a Wasserstein GAN: the critic's and the generator's.

        critic_loss = mean_j c_fake_j - mean_i c_real_i
        gen_loss    = -mean_j c_fake_j

    c_real is (N_real,) and c_fake (N_fake,), raw scores of the critic; the numbers may differ.
    Returns two numbers, critic_loss and gen_loss. Both are minimized; a shift of all scores leaves
    critic_loss as it is.
    Arjovsky, Chintala and Bottou 2017, section 3, equation 2, and Algorithm 1.
    """
    raise NotImplementedError
