pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "../generated/constants.circom";

/*
 * SumBounds: the sums of one rule place respect its bounds (PROTOCOL 7.3).
 *
 * The main sumcheck shows that the sums are the true ones modulo p, and those are far below p; a slack of
 * 100 or 40 bits then means "at most the bound" over the integers.
 *
 * Inputs
 *   sumSquares, nonzeros         private: s_g and k_g
 *   maxResidualSq, maxNonzeros   of the statement, below 2^100 and 2^40 (checked by the registry)
 */
template SumBounds() {
    signal input sumSquares;
    signal input nonzeros;
    signal input maxResidualSq;
    signal input maxNonzeros;

    // That the slack has a decomposition is the check; nobody reads the bits.
    _ <== Num2Bits(RESIDUAL_SQ_BITS())(maxResidualSq - sumSquares);
    _ <== Num2Bits(NONZEROS_BITS())(maxNonzeros - nonzeros);
}
