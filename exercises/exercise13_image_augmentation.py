"""Exercise 13: Augmenting images

Data augmentation artificially increases the training data by applying transformations that leave
the meaning of an example alone. A cat that is mirrored, turned a little, cut off at the edge or in
other light is still a cat, so each epoch can show the network a new version of each image.

    flipping, rotation, cropping   the object is elsewhere, or seen from elsewhere
    colour jitter                  other light: brightness and contrast change
    random erasing                 something stands in front of the object
    mixup                          two images are blended, and so are their labels

Advantages: it increases the effective size of the data set, improves generalization and reduces
overfitting. It is for training only. And the transformation must keep the label: a mirrored photo
of a dog is a dog, but a mirrored letter b reads as d, and a 6 that is turned by 180 degrees is a 9.
Mixup changes the label on purpose: 70% cat and 30% dog in the image, and in the label as well.

Images come as (N, C, H, W): examples, channels, rows from top to bottom, columns from left to
right, with values in [0, 1]. The random choices (flip or not, angle, corner, lambda) are drawn by
the caller and arrive as arguments, so every result here is exact. A rotation that lands between
pixels needs a rule: for each pixel of the output, find out where it came from and take the nearest
pixel there. Going the other way, from source to output, would leave holes.

Frameworks: torchvision rotates counter-clockwise for positive angles, as here; for contrast it
takes the mean of the grey version of an image where we take that of all its values.

Needs: exercise 2, exercise 7.
Run: grade exercise13
"""

import numpy as np


def hflip(x, flags):
    """Mirror some of the images from left to right.

        out[n, c, i, j] = x[n, c, i, W-1-j]   where flags[n]
        out[n, c, i, j] = x[n, c, i, j]       elsewhere

    x is (N, C, H, W), flags an (N,) array of bool; returns an array of the shape of x. The flags
    may be all false. Leave x unchanged.
    Krizhevsky, Sutskever and Hinton 2012, section 4.1.
    """
    raise NotImplementedError


def rotate90(x, k):
    """Rotate each image by k quarter turns, counter-clockwise.

        one turn:  out[n, c, i, j] = x[n, c, j, W-1-i]        i = 0 .. W-1, j = 0 .. H-1

    x is (N, C, H, W), k any integer: negative ones turn clockwise, and four turns are none. Returns
    (N, C, H, W) for even k and (N, C, W, H) for odd k. Leave x unchanged.
    Shorten and Khoshgoftaar 2019, section "Rotation".
    """
    raise NotImplementedError


def rotate_nearest(x, degrees):
    """Rotate each image by any angle, counter-clockwise about its centre.

        dy, dx = i - (H-1)/2, j - (W-1)/2                   place of output pixel (i, j)
        row    = (H-1)/2 + sin(a) dx + cos(a) dy            where it came from, a in radians
        col    = (W-1)/2 + cos(a) dx - sin(a) dy
        out[n, c, i, j] = x[n, c, floor(row + 1/2), floor(col + 1/2)]    0 outside the image

    x is (N, C, H, W), degrees a number; returns an array of the shape of x. For square images 90,
    180 and 270 degrees agree with rotate90. H and W may be odd or even.
    Gonzalez and Woods 2018, section 2.6 (geometric transformations, inverse mapping).
    """
    raise NotImplementedError


def pad_and_crop(x, pad, top, left):
    """Shift each image within a border of zeros, as random cropping does.

        padded[n, c, pad+i, pad+j] = x[n, c, i, j], and 0 in a border of width pad on every side
        out[n, c, i, j] = padded[n, c, top+i, left+j]        i = 0 .. H-1, j = 0 .. W-1

    x is (N, C, H, W); pad, top and left are integers, 0 <= top, left <= 2*pad. Returns an array of
    the shape of x. top = left = pad gives x; pad may be 0.
    He, Zhang, Ren and Sun 2016, section 4.2.
    """
    raise NotImplementedError


def color_jitter(x, brightness, contrast):
    """Change the brightness of each image, then its contrast, and stay in [0, 1].

        y   = brightness * x
        m_n = mean of y over all values of image n
        out = clip( (y - m) * contrast + m, 0, 1 )

    x is (N, C, H, W) with values in [0, 1]; brightness and contrast are numbers that are not
    negative. Returns an array of the shape of x. Both 1 is the identity; contrast = 0 makes every
    image flat.
    Howard 2013, section 2; Shorten and Khoshgoftaar 2019, section "Color space transformations".
    """
    raise NotImplementedError


def random_erase(x, top, left, h, w, value=0.0):
    """Erase one rectangle of each image.

        out[n, c, i, j] = value           where top <= i < top+h and left <= j < left+w
        out[n, c, i, j] = x[n, c, i, j]   elsewhere

    x is (N, C, H, W); top, left, h and w are integers, value a number. Returns an array of the
    shape of x. The rectangle may reach over any border of the image, so top and left may be
    negative; what lies outside is ignored. h = 0 erases nothing. Leave x unchanged.
    Zhong et al. 2020, section 3.
    """
    raise NotImplementedError


def mixup(x, y, perm, lam):
    """Blend each image with a partner, and their labels in the same proportion.

        x_mix_n = lam * x_n + (1-lam) * x_perm(n)
        y_mix_n = lam * y_n + (1-lam) * y_perm(n)

    x is (N, C, H, W), y is (N, C) with soft labels (C is the number of classes there), perm an (N,)
    array of integers, a permutation of 0 .. N-1, lam a number in [0, 1]. Returns x_mix and y_mix of
    the shapes of x and y. The label rows still sum to 1. lam may be 0 or 1.
    Zhang, Cisse, Dauphin and Lopez-Paz 2018, section 2.
    """
    raise NotImplementedError
