"""Exercise 14: Augmenting text

Data augmentation makes more training examples out of those there are, by changes that keep the
label. It increases the effective size of the data set, improves generalization and reduces
overfitting. An image can be turned or cropped (exercise 13); a sentence cannot, but a word can be
exchanged, added, moved or left out, and a classifier should not care.

Four small operations on a list of words, together known as EDA ("easy data augmentation"):

    synonym replacement   the quick dog  ->  the fast dog
    random insertion      the quick dog  ->  the rapid quick dog
    random swap           the quick dog  ->  dog quick the
    random deletion       the quick dog  ->  quick dog

and one large one, back-translation: translate a sentence into another language and back, so that
the same meaning returns in other words. Real systems use two translation models for it; here two
word tables stand in. All of these can damage the label (delete "not" from "not good"), so the
strength, the number n of changes or the probability p, stays small: EDA changes about one word in
ten.

Chance. So that results are exact, the uniform numbers u in [0, 1) are arguments, and one rule turns
a number into a choice among n things: position = floor(u n). It is uniform over 0 .. n-1 because u
falls into each of n intervals of length 1/n equally often. Exercise 1 has the logarithms that a
text classifier is trained with; here tokens are a list of str and every result is a new list.

Needs: exercise 1, exercise 13.
Run: grade exercise14
"""

import numpy as np


def synonym_replace(tokens, synonyms, n, u):
    """Replace up to n words by synonyms, each at a different position.

        candidates = [i : tokens[i] has synonyms], in order
        for k = 0, 1, ..., while k < n and candidates are left:
            i        = candidates[floor(u[2k] * len(candidates))], taken out of candidates
            result_i = synonyms[tokens[i]][floor(u[2k+1] * number of its synonyms)]

    tokens is a list of str; synonyms maps a word to a list of its synonyms, never empty, and a
    word that is not in it has none; n is an int; u is (2n,). Returns a list of the same length.
    A word may occur several times: every occurrence is a candidate of its own. n may be larger
    than the number of candidates, and there may be none. Leave tokens unchanged.
    Wei and Zou 2019, section 2, operation SR.
    """
    raise NotImplementedError


def random_insert(tokens, synonyms, n, u):
    """Insert n synonyms of words of the sentence at random places.

        sources = [w in tokens : w has synonyms], in order, repeated words repeated
        result  = tokens
        for k = 0, ..., n-1:
            w      = sources[floor(u[3k] * len(sources))]
            s      = synonyms[w][floor(u[3k+1] * number of synonyms of w)]
            insert s into result, so that it stands at floor(u[3k+2] * (len(result) + 1))

    tokens is a list of str; synonyms maps a word to a list of its synonyms, as in
    synonym_replace; u is (3n,). len(result) is its length before the insertion, so a word can land
    before the first and after the last one. Returns a list of n more words, or the words as they
    are if none has synonyms. Leave tokens unchanged.
    Wei and Zou 2019, section 2, operation RI.
    """
    raise NotImplementedError


def random_delete(tokens, p, u):
    """Delete each word with probability p, but never all of them.

        result = [tokens[i] : u[i] >= p], in order
        if that is empty: [tokens[floor(u[n] * n)]], where n = len(tokens)

    tokens is a list of n str; p is in [0, 1]; u is (n+1,): one number for each word and one for the
    survivor. p = 0 keeps everything, p = 1 leaves one word; an empty sentence gives [].
    Wei and Zou 2019, section 2, operation RD.
    """
    raise NotImplementedError


def random_swap(tokens, pairs):
    """Swap the words at given pairs of positions, one pair after the other.

        for (i, j) in pairs: result_i, result_j = result_j, result_i

    tokens is a list of str; pairs is a list of tuples (i, j) of positions, which may be equal and
    may occur in several pairs. Returns a list of the same length. Leave tokens unchanged.
    Wei and Zou 2019, section 2, operation RS.
    """
    raise NotImplementedError


def back_translate(tokens, forward, backward):
    """Translate word by word into another language and back.

        foreign_i = forward[tokens_i]      if there is such an entry, else tokens_i
        result_i  = backward[foreign_i]    if there is such an entry, else foreign_i

    tokens is a list of str; forward and backward map str to str and need not be each other's
    inverse. Returns a list of the same length; an empty one for an empty sentence.
    Sennrich, Haddow and Birch 2016, section 3.2 (there with a translation model).
    """
    raise NotImplementedError
