"""Exercise 31: Vision Transformer

A Transformer (exercise 30) reads tokens. To let it read an image, cut the image into square patches
and call each patch a token: a 224 by 224 image with patches of 16 by 16 becomes 14 * 14 = 196
tokens. The way through the model:

    patchify     (N, C, H, W) -> (N, L, C P P), L = (H / P)(W / P)
    embed        one linear map for all patches, to (N, L, D)
    class token  a learned vector put in front, which the head will read
    positions    a learned vector is added at each of L + 1 places
    blocks       pre-norm encoder blocks; every patch sees every patch
    head         LayerNorm, then a linear map of the class token

Flattened channel first, a patch is what a convolution (exercise 21) sees with a kernel of P by P,
so patch embedding is a convolution with stride P and no overlap: row d of E, reshaped to (C, P, P),
is kernel d. Learned positions replace the sines of exercise 30: that patches lie in a plane is
learned as well. Without positions the model could not tell an image from a puzzle of its patches.

Convolutions have locality and weight sharing built in. ViT has almost nothing of that kind, only
the patches and the shared embedding. So on small data a CNN wins; with very large data (or strong
augmentation, exercise 13) the Transformer catches up and passes it.

For: global view from the first layer on, one architecture for text and images, scales well.

Against: needs much data; attention costs L^2, and halving P makes L four times as large; details
within a patch are seen by one linear map only. Exercise 32 treats the cost.

Frameworks: patches go row by row and are flattened as (C, P, P) here, which is what a convolution
means in the layout (N, C, H, W). Codes that keep channels last flatten (P, P, C).

Needs: exercise 30, exercise 21.

Run: grade exercise31
"""

import numpy as np


def num_patches(H, W, P):
    """How many patches an image has.

        L = (H / P) (W / P)

    H, W and P are positive ints; returns an int. H and W may differ. Raise ValueError if P does not
    divide both: the grid must fit exactly.
    Dosovitskiy et al. 2021, section 3.1.
    """
    raise NotImplementedError


def patchify(x, P):
    """Cut images into patches and flatten each.

        out[n, l, k] = x[n, c, r P + i, s P + j]
                       with l = r (W / P) + s and k = (c P + i) P + j

    x is (N, C, H, W); P divides H and W. Returns (N, L, C P P) with L = (H / P)(W / P): patch r, s
    stands in row r and column s of the grid, and the patches are listed row by row; within a patch
    the channel comes first, then the row, then the column. P may be 1, or as large as the image.
    Dosovitskiy et al. 2021, section 3.1.
    """
    raise NotImplementedError


def unpatchify(tokens, P, C, H, W):
    """Put the image together again: the inverse of patchify.

        out[n, c, r P + i, s P + j] = tokens[n, l, k]
                       with l = r (W / P) + s and k = (c P + i) P + j

    tokens is (N, L, C P P) with L = (H / P)(W / P); P, C, H and W are ints, and H and W may differ.
    Returns (N, C, H, W).
    He et al. 2022, section 3 (the reconstruction target of a masked autoencoder).
    """
    raise NotImplementedError


def patch_embed(x, E, b, P):
    """One vector for each patch, by one linear map.

        out_nl = E patch_nl + b

    x is (N, C, H, W); E is (D, C P P); b is (D,); patch_nl is row l of patchify(x, P)[n]. Returns
    (N, L, D). E may be square. Builds on patchify.
    Dosovitskiy et al. 2021, equation 1.
    """
    raise NotImplementedError


def patch_kernel(E, C, P):
    """The kernels of the convolution that equals patch_embed.

        kernel[d, c, i, j] = E[d, (c P + i) P + j]

    E is (D, C P P); returns (D, C, P, P). With stride P, without padding, and with the bias b,
    convolution (cross-correlation, exercise 21) gives in row r and column s of channel d what
    patch_embed gives in feature d of patch r, s.
    Dosovitskiy et al. 2021, section 3.1 (hybrid architecture).
    """
    raise NotImplementedError


def add_class_and_positions(tokens, cls, pos):
    """Class token in front, then positions.

        out_n0     = cls + pos_0
        out_n,l+1  = tokens_nl + pos_{l+1}

    tokens is (N, L, D); cls is (D,), the same for all images; pos is (L + 1, D). Returns
    (N, L + 1, D). Leave tokens unchanged.
    Dosovitskiy et al. 2021, equation 1.
    """
    raise NotImplementedError


def vit_classify(tokens, gamma, beta, W, b):
    """Logits from the class token.

        t      = token 0
        h      = gamma (t - mean) / sqrt(var + 1e-5) + beta
        logits = W h + b

    tokens is (N, L, D), the class token first, and L may be 1; gamma and beta are (D,); W is
    (C, D); b is (C,). Returns (N, C). The norm is layernorm_forward of exercise 18: mean and var
    over the D features of the token.
    Dosovitskiy et al. 2021, equation 4.
    """
    raise NotImplementedError
