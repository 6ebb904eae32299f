"""Numerical derivatives of a forward function along random directions, and how a backward function agrees with them.

For every differentiated tensor, along two Gaussian directions scaled to the tensor, the derivative of
`sum(output * cotangent)` is taken by central differences on a ladder of steps; the step whose own error estimate is
smallest wins. A point where the one-sided slopes disagree (a kink) is left out. A backward function is rejected where
`|<grad, u> - D| > rtol * max(|grad| rms(u), |D|) + 4 * estimate`, rtol being 1e-6 or, for float32 results, wider.

    derive   the derivatives, taken from a reference when a plan is made
    agree    a gradient against derivatives that are already there; also those of a student's own forward function
"""
