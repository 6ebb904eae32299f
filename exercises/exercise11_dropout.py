"""Exercise 11: Dropout

A network that is large enough to learn its training set by heart will do so. Dropout makes that
hard: during training every neuron is set to zero with probability p, anew for each example and
each step, so no neuron can rely on a particular other one being there. Three ways to say why it
works: neurons do not co-adapt; a different thinned network is trained at each step, so the whole
acts like an ensemble of networks that share their weights; the representation has to be redundant.

A neuron that survives with probability 1-p would contribute, on average, only 1-p of what it
contributes when all are present. Inverted dropout repairs this during training:

    h_i = 0            with probability p
    h_i = a_i / (1-p)  with probability 1-p          so that  E[h_i] = a_i

and testing, which uses all neurons, has nothing left to do. The backward pass multiplies by the
same mask, scale included: what was dropped had no influence on the loss.

p is the probability of dropping here, as in PyTorch and Keras. TensorFlow 1 and older course
code call p the probability of keeping. The original paper leaves the survivors alone and
multiplies by the share of survivors at test time; the last function of this exercise is that rule.
In convolutional layers neighbouring pixels say nearly the same, so whole feature maps are dropped.

Usual rates: p = 0.5 in hidden layers, 0.1 to 0.2 for the input.
Advantages: very effective for large networks, acts like an ensemble, simple to implement.
Disadvantages: training takes longer, the rate must be tuned, convergence can be slow.

Needs: exercise 5.
Run: grade exercise11
"""

import numpy as np


def dropout_mask(shape, p, rng):
    """Draw the mask that activations are multiplied with: dropped, or scaled up.

        mask_i = 0          where u_i <  p
        mask_i = 1 / (1-p)  where u_i >= p          u_i uniform in [0, 1)

    shape is a tuple of integers of any length, p the probability of dropping, rng a
    numpy.random.Generator: draw u = rng.random(shape), once. Returns a float array of that shape.
    p = 0 gives all ones. p = 1 gives all zeros, without nan and without a RuntimeWarning
    (a warning is a fault in this function).
    Srivastava et al. 2014, section 10; Goodfellow, Bengio and Courville 2016, section 7.12.
    """
    raise NotImplementedError


def dropout_forward(a, p, rng, train=True):
    """Apply dropout to the activations of a layer, in training or in test mode.

        train true:   out = a * mask        mask as in dropout_mask
        train false:  out = a               mask all ones

    a is (N, D); returns out and mask, both (N, D). The mask is what the backward pass needs.
    In test mode nothing is drawn from rng, whatever p is. Leave a unchanged.
    Builds on dropout_mask.
    Srivastava et al. 2014, section 10; Goodfellow, Bengio and Courville 2016, section 7.12.
    """
    raise NotImplementedError


def dropout_backward(dout, mask):
    """Return the gradient of the loss with respect to the activations before dropout.

        da_i = dout_i * mask_i

    dout and mask (the one that the forward pass returned) have one shape, (N, D) or any other;
    returns da of the same shape. The mask may be all zero or all one.
    Srivastava et al. 2014, section 5.1.
    """
    raise NotImplementedError


def spatial_dropout_mask(shape, p, rng):
    """Draw a mask that drops whole feature maps of a convolutional layer.

        mask_nchw = 0          where u_nc <  p
        mask_nchw = 1 / (1-p)  where u_nc >= p      for all h, w alike

    shape is (N, C, H, W); draw u = rng.random((N, C, 1, 1)), once. Returns a float array
    of that shape, in which every map (n, c) holds a single value. p = 0 gives all ones, p = 1
    all zeros. The values are those of dropout_mask.
    Tompson et al. 2015, section 3.2.
    """
    raise NotImplementedError


def ensemble_average(probs):
    """Average the predictions of several stochastic passes through one network.

        mean_nc = (1/S) sum_s probs_snc

    probs is (S, N, C): the class probabilities of N examples in each of S passes with dropout left
    on. Returns (N, C); its rows sum to 1, because those of probs do. S may be 1.
    Gal and Ghahramani 2016, section 4; Goodfellow, Bengio and Courville 2016, section 7.12.
    """
    raise NotImplementedError


def weight_scaling_test(a, p):
    """Apply the test rule that belongs to dropout without scaling during training.

        out_i = (1-p) a_i

    a is an array of any shape, p the probability of dropping that was used in training;
    returns an array of the shape of a. p may be 0 or 1.
    Srivastava et al. 2014, section 4 and figure 2 (their p is the probability of keeping).
    """
    raise NotImplementedError
