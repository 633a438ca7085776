pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/*
 * PowerByBits: x^exponent for an exponent below 2^numBits, by its bits.
 *
 * Inputs   exponent             constrained to numBits bits here
 *          square[numBits]      square[k] = x^(2^k), constants or Squares
 * Output   out
 */
template PowerByBits(numBits) {
    signal input exponent;
    signal input square[numBits];
    signal output out;

    component bits = Num2Bits(numBits);
    bits.in <== exponent;

    signal factor[numBits];
    signal partial[numBits + 1];
    partial[0] <== 1;
    for (var k = 0; k < numBits; k++) {
        factor[k] <== 1 + bits.out[k] * (square[k] - 1);
        partial[k + 1] <== partial[k] * factor[k];
    }
    out <== partial[numBits];
}
