pragma circom 2.2.0;

/*
 * Horner: Σ_i coefficient_i x^i; length - 1 constraints.
 *
 * Inputs   coefficient[length], constant first;  x
 * Output   out
 */
template Horner(length) {
    signal input coefficient[length];
    signal input x;
    signal output out;

    signal partial[length];
    partial[length - 1] <== coefficient[length - 1];
    for (var i = length - 2; i >= 0; i--) {
        partial[i] <== partial[i + 1] * x + coefficient[i];
    }
    out <== partial[0];
}
