pragma circom 2.2.0;

include "circomlib/circuits/poseidon.circom";
include "../generated/constants.circom";

/*
 * Absorb: one transcript vector (PROTOCOL 6).
 *
 * The vector is cut into blocks of POSEIDON_RATE; the last block has the width that is left. Every block is
 * one permutation with the state so far in the capacity; output 0 is the next state, and outputs 1, 2, …
 * of the LAST permutation are the challenges.
 *
 * Parameters
 *   length   elements of the vector, at least 1
 *   count    challenges drawn, 0 to 3 (a permutation of a block of b elements has b outputs to give)
 * Inputs
 *   state              state before the vector
 *   vector[length]     elements, first to last
 * Outputs
 *   nextState          state after the vector
 *   challenge[count]   in the order of PROTOCOL 7
 */
template Absorb(length, count) {
    signal input state;
    signal input vector[length];
    signal output nextState;
    signal output challenge[count];

    var rate = POSEIDON_RATE();
    var blocks = (length + rate - 1) \ rate;
    assert(count <= length - (blocks - 1) * rate);

    component permutation[blocks];
    for (var i = 0; i < blocks; i++) {
        var isLast = i == blocks - 1;
        var width = isLast ? length - i * rate : rate;
        permutation[i] = PoseidonEx(width, isLast ? 1 + count : 1);
        if (i == 0) {
            permutation[i].initialState <== state;
        } else {
            permutation[i].initialState <== permutation[i - 1].out[0];
        }
        for (var j = 0; j < width; j++) {
            permutation[i].inputs[j] <== vector[i * rate + j];
        }
    }

    nextState <== permutation[blocks - 1].out[0];
    for (var i = 0; i < count; i++) {
        challenge[i] <== permutation[blocks - 1].out[1 + i];
    }
}
