"""Exercise 33: Word2Vec

A vector for every word, learned without labels: the text itself says which words stand near each
other, and words with like neighbours get like vectors. That is self-supervision. Each word has two
vectors, a row of V for its role as centre (input) and a row of U for its role as context (output);
u_o . v_c is the score of the word o near the word c.

Two ways to make examples out of a sentence with a window around each word:

    skip-gram   the centre predicts each word of its context:   sat -> cat,  sat -> on
    CBOW        the averaged context predicts the centre:       (cat, on) -> sat

The obvious objective is a softmax over the vocabulary (exercise 7: the gradient for the scores is
p - y). Each step then costs as much as there are words. Negative sampling replaces it with K + 1
binary classifications: the true pair has label 1, K words drawn from a noise distribution have
label 0, and the gradient of each is sigmoid(score) - label, again p - y. A step touches K + 1 rows
of U and one of V. Its optimum is not the softmax's: scores become shifted pointwise mutual
information, which is all that good vectors need.

Two tricks with counts. Noise words are drawn with probability count^0.75, which gives rare words
more than their share. And frequent words ("the", "of") say little about their neighbours, so each
occurrence is kept with a probability that falls with the word's frequency.

Rows and dot products are those of exercise 2. A row may be used several times in one step; its
gradient is then a sum (and NumPy's dU[neg] += g adds a repeated index only once).

Directions carry meaning: king - man + woman lies near queen. Cosines are used there, since the
length of a vector mostly says how frequent a word is.

Frameworks: here the context vectors of CBOW are averaged; the original C program and gensim can
also sum them. The original program draws a random window up to the largest one for each position;
here it is fixed.

Needs: exercise 7, exercise 2.
Run: grade exercise33
"""

import numpy as np


def skipgram_pairs(tokens, window):
    """All (centre, context) pairs of a sentence.

        pairs = [(tokens[i], tokens[j]) : 1 <= |i - j| <= window], by i, then by j

    tokens is a list of str, window an int; returns a list of tuples of two str. i and j both run
    from left to right. At the borders there are fewer neighbours, and the window may be wider than
    the sentence. Only the position i is left out: where a word stands beside itself, the pair has
    the same word twice. A window of 0, one token or none give [].
    Mikolov, Sutskever, Chen, Corrado and Dean 2013, section 2, equation 1.
    """
    raise NotImplementedError


def cbow_examples(tokens, window):
    """All (context, centre) examples of a sentence.

        context_i = (tokens[j] : 1 <= |i - j| <= window), in the order of the sentence
        examples  = [(context_i, tokens[i]) : context_i is not empty], by i

    tokens is a list of str, window an int; returns a list of (tuple of str, str). At the borders
    the context is shorter; repeated words stay repeated. Positions without any context are left
    out, so one token, no token, or a window of 0 give [].
    Mikolov, Chen, Corrado and Dean 2013, section 3.1.
    """
    raise NotImplementedError


def noise_distribution(counts, power=0.75):
    """Probabilities from which negative samples are drawn.

        p_w = counts_w^power / sum_v counts_v^power

    counts is (V,), int, at least one of them positive; power is a number, 0 or more. Returns p,
    (V,), which sums to 1. power = 1 is the unigram distribution, power = 0 is uniform over the
    words that occur: a count of 0 keeps probability 0 with any power.
    Mikolov, Sutskever, Chen, Corrado and Dean 2013, section 2.2.
    """
    raise NotImplementedError


def subsample_keep(counts, t=1e-5):
    """Probability of keeping an occurrence of each word in the training text.

        f_w    = counts_w / sum_v counts_v
        keep_w = min(1, sqrt(t / f_w))

    counts is (V,), int, at least one of them positive; t is a number above 0. Returns keep, (V,). A
    word that is rarer than t is always kept; words that do not occur get 1.
    Mikolov, Sutskever, Chen, Corrado and Dean 2013, section 2.3, equation 5 (they discard with
    probability 1 - sqrt(t / f)).
    """
    raise NotImplementedError


def skipgram_softmax(v_c, o, U):
    """Loss of one skip-gram pair under the full softmax, with its gradients.

        p    = softmax(U v_c)
        loss = -log p_o
        dv_c = U^T (p - y)          y_w = 1 for w = o, else 0
        dU   = (p - y) v_c^T

    v_c is (D,), the vector of the centre word; o is an int, the number of the context word; U is
    (V, D), a row for each word. Returns loss (a number), dv_c (D,), dU (V, D). Scores may reach
    1e4 on either side: the loss stays finite. Builds on exercise 7's cross-entropy.
    Mikolov, Sutskever, Chen, Corrado and Dean 2013, section 2, equation 2; Rong 2014, section 2.
    """
    raise NotImplementedError


def sgns(v_c, o, neg, U):
    """Loss of one skip-gram pair with negative samples, with its gradients.

        loss = -log sigmoid(u_o . v_c) - sum_k log sigmoid(-u_k . v_c)      k over neg
        dv_c = (sigmoid(u_o . v_c) - 1) u_o + sum_k sigmoid(u_k . v_c) u_k
        dU_o collects (sigmoid(u_o . v_c) - 1) v_c, each dU_k collects sigmoid(u_k . v_c) v_c

    v_c is (D,); o is an int; neg is (K,), int; U is (V, D), u_w its row w. Returns loss (a number),
    dv_c (D,), dU (V, D), which is 0 in rows that were not used. A negative that is drawn several
    times counts each time; one that equals o is a negative as well as the true word. K may be 0.
    Scores may reach 1e4 on either side.
    Mikolov, Sutskever, Chen, Corrado and Dean 2013, section 2.2, equation 4; gradients in Rong
    2014, section 3.2.
    """
    raise NotImplementedError


def cbow_sgns(context, centre, neg, V, U):
    """Loss of one CBOW example with negative samples, with its gradients.

        h         = (1/C) sum_i V[context_i]
        loss, dU  = those of sgns with h in place of v_c and the centre word in place of o
        dV_w      = (number of times w stands in context) * dh / C

    context is (C,), int, C at least 1; centre is an int; neg is (K,), int; V and U are (n, D) for n
    words. Returns loss (a number), dV (n, D), dU (n, D); dh is the gradient for h. Repeated context
    words receive a share for each time. Builds on sgns.
    Mikolov, Chen, Corrado and Dean 2013, section 3.1; Rong 2014, section 1.2.
    """
    raise NotImplementedError


def analogy(E, a, b, c):
    """The word that is to c as b is to a.

        x_w    = E_w / ||E_w||, and 0 where E_w is 0
        answer = argmax over w not in {a, b, c} of x_w . (x_b - x_a + x_c)

    E is (V, D), a row for each word; a, b, c are ints; V is at least 4. Returns an int. Rows of E
    have any length. The best word of all is often one of the three, hence they are excluded; the
    score of what is left may be negative. A row of zeros has the score 0.
    Mikolov, Yih and Zweig 2013, section 4; Levy and Goldberg 2014 (there called 3CosAdd).
    """
    raise NotImplementedError
