pragma circom 2.2.0;

/*
 * Squares: [x, x^2, x^4, x^8, …]; length - 1 constraints.
 *
 * Input    x
 * Output   out[length], out[k] = x^(2^k)
 */
template Squares(length) {
    signal input x;
    signal output out[length];

    out[0] <== x;
    for (var k = 1; k < length; k++) {
        out[k] <== out[k - 1] * out[k - 1];
    }
}
