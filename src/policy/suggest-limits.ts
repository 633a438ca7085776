/** So few of the weights are single weights: masks are for exceptions. */
export const SPARSE_SHARE = 0.02;

/**
 * A residual of at most this many times the expected noise is noise (squared: 2.25): expected is the mean of
 * thousands of independent rounding errors, which never strays that far.
 */
export const NOISE_FACTOR = 1.5;

/** With more than this share of the changed weights beyond the entry range, a norm of the rest says little. */
export const FREE_SHARE = 0.5;
