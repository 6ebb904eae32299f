"""Exercise 32: Shifted windows (Swin)

Attention over all L patches of an image (exercise 31) costs L^2. Swin keeps attention inside
windows of M by M tokens: with L / M^2 windows of M^4 scores each, the cost is L M^2, linear in the
size of the image. Four ideas make that work:

    windows          tokens attend within their window only
    shifted windows  every second block moves the grid by s = M / 2
    relative bias    a learned number per offset is added to the scores
    patch merging    between stages, 2 by 2 tokens become one

The shift lets neighbours across the old borders meet, so that information spreads from window to
window. Moving the grid would leave small windows at the borders. Instead the image is rolled by
-s along both axes, partitioned as before, and rolled back by s afterwards. What left at the top
comes back at the bottom, so the last windows hold tokens that are no neighbours at all. A mask
forbids them to attend to each other: along each axis the rolled image is cut at -M and at -s from
the end, and only tokens of the same region may meet. (The cut at -M falls between two windows; the
one at -s goes through the last window.)

The bias replaces position vectors in the input. Two tokens of a window are between -(M - 1) and M -
1 rows apart, and as many columns: a table with (2M - 1)^2 rows, one column a head, serves all M^4
pairs. An index says which row a pair reads. It depends on differences only, so the same learned
number holds everywhere.

Patch merging halves height and width and widens the channels, so the stages form a pyramid, as in a
CNN (exercise 22).

For: linear cost, features at several scales for detection and segmentation, some locality.

Against: more bookkeeping, and a global view only after several blocks.

Frameworks: the layout is (B, H, W, C) here, as in the original code, where a shift by s is a roll
by -s too. The mask is boolean, True where attending is allowed; the original adds -100 to the
scores that are forbidden. The original also normalizes before patch merging maps linearly.

Needs: exercise 31.

Run: grade exercise32
"""

import numpy as np


def window_partition(x, M):
    """Cut images into windows.

        out[n, i, j, c] = x[b, r M + i, s M + j, c]
                          with n = b nW + r (W / M) + s

    x is (B, H, W, C); M divides H and W. Returns (B nW, M, M, C) with nW = (H / M)(W / M): all
    windows of the first image, row by row, then those of the next. H and W may differ, and M may be
    as large as the image.
    Liu et al. 2021, section 3.2.
    """
    raise NotImplementedError


def window_reverse(windows, M, H, W):
    """Put the images together again: the inverse of window_partition.

        out[b, r M + i, s M + j, c] = windows[n, i, j, c]
                          with n = b nW + r (W / M) + s

    windows is (B nW, M, M, C) with nW = (H / M)(W / M); M, H and W are ints, and H and W may
    differ. Returns (B, H, W, C).
    Liu et al. 2021, section 3.2.
    """
    raise NotImplementedError


def cyclic_shift(x, s):
    """Roll height and width by -s.

        out[b, i, j, c] = x[b, (i + s) mod H, (j + s) mod W, c]

    x is (B, H, W, C); s is an int. Returns (B, H, W, C). The image moves up and left, and what
    leaves on one side returns on the other. s = 0 changes nothing, and a shift by -s undoes one
    by s, so s may be negative.
    Liu et al. 2021, section 3.2 (efficient batch computation), figure 4.
    """
    raise NotImplementedError


def shifted_window_mask(H, W, M, s):
    """Who may attend to whom after the shift.

        region(i) = 0    if i < H - M
                    1    if H - M <= i < H - s
                    2    if i >= H - s
        mask[w, p, q] = True if p and q lie in the same region

    That is the region of a row; columns have theirs with W, and both must be the same. H, W, M and
    s are ints, M divides H and W, and 0 <= s < M. The regions belong to the places of the image
    after cyclic_shift; w counts the windows as window_partition lists them (of one image), p and q
    the M^2 places of a window, row by row. Returns (nW, M^2, M^2), bool. With s = 0 all is True. M
    may be H or W, or both: then a single window holds all regions.
    Liu et al. 2021, section 3.2, figure 4.
    """
    raise NotImplementedError


def relative_position_index(M):
    """Which row of the bias table a pair of places reads.

        down, right = row_p - row_q, column_p - column_q
        index[p, q] = (down + M - 1) (2M - 1) + (right + M - 1)

    M is an int; the M^2 places of a window are counted row by row. Returns (M^2, M^2), int, with
    values from 0 to (2M - 1)^2 - 1. p is the query, q the key. M = 1 gives [[0]].
    Liu et al. 2021, section 3.2 (relative position bias), equation 4.
    """
    raise NotImplementedError


def window_attention(Q, K, V, table, index, mask):
    """Attention within windows, with the relative position bias.

        bias[h, p, q] = table[index[p, q], h]
        S   = Q K^T / sqrt(d) + bias
        A   = softmax of S over the keys that the mask allows
        out = A V

    Q, K and V are (B, heads, M^2, d), B counting windows; table is ((2M - 1)^2, heads); index is
    (M^2, M^2), int, from relative_position_index; mask is (B, M^2, M^2), bool, True where attending
    is allowed, the same for all heads. A place may always attend to itself. Returns
    (B, heads, M^2, d). A table of zeros gives the attention of exercise 29. Scores may be as large
    as 10^4, of both signs, and those that the mask forbids far above the others.
    Liu et al. 2021, equation 4.
    """
    raise NotImplementedError


def patch_merging(x, W):
    """Make one token of each 2 by 2 block.

        out[b, i, j] = W [x[b, 2i, 2j], x[b, 2i + 1, 2j],
                          x[b, 2i, 2j + 1], x[b, 2i + 1, 2j + 1]]

    x is (B, H, W', C) with an even height H and an even width W'; W is (D, 4C), a matrix. The four
    tokens are joined to one vector of 4C entries, in this order: down first, then right. Returns
    (B, H/2, W'/2, D). H and W' may differ.
    Liu et al. 2021, section 3.1.
    """
    raise NotImplementedError
