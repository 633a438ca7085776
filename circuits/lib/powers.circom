pragma circom 2.2.0;

/*
 * Powers: [1, x, x^2, …]; length - 2 constraints.
 *
 * Input    x
 * Output   out[length], length at least 2
 */
template Powers(length) {
    signal input x;
    signal output out[length];

    out[0] <== 1;
    out[1] <== x;
    for (var i = 2; i < length; i++) {
        out[i] <== out[i - 1] * x;
    }
}
