pragma circom 2.2.0;

include "horner.circom";

/*
 * SplitEqRound: one round of a layer's sumcheck; the round polynomial h is sent without its eq factor, so
 * the claim is (1 - r) h(0) + r h(1) (PROTOCOL 7.2; Gruen, ePrint 2024/108).
 *
 * Inputs   claim               C
 *          r                   coordinate of the claim's point that belongs to this variable
 *          coefficient[4]      c_1 … c_4; c_0 = C - r (c_1 + … + c_4) is derived
 *          challenge           s
 * Output   nextClaim           h(s)
 */
template SplitEqRound() {
    signal input claim;
    signal input r;
    signal input coefficient[4];
    signal input challenge;
    signal output nextClaim;

    signal constant <== claim - r * (coefficient[0] + coefficient[1] + coefficient[2] + coefficient[3]);
    nextClaim <== Horner(5)(
        [constant, coefficient[0], coefficient[1], coefficient[2], coefficient[3]],
        challenge
    );
}
