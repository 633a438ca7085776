pragma circom 2.2.0;

/*
 * Eq: eq(a, b) = Π_j (a_j b_j + (1 - a_j)(1 - b_j)) (PROTOCOL 1).
 *
 * Inputs   a[n], b[n]   two points
 * Output   out          the product, 1 for n = 0; 2n - 1 constraints
 */
template Eq(n) {
    signal input a[n];
    signal input b[n];
    signal output out;

    signal product[n];
    signal partial[n + 1];
    partial[0] <== 1;
    for (var j = 0; j < n; j++) {
        product[j] <== a[j] * b[j];
        partial[j + 1] <== partial[j] * (1 - a[j] - b[j] + 2 * product[j]);
    }
    out <== partial[n];
}
