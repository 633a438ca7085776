pragma circom 2.2.0;

include "horner.circom";

/*
 * OpeningClaim: the sum that the opening reduction proves (PROTOCOL 7.7):
 *
 *   y_1 + χ P~_A(ρ) + χ² P~_B(ρ) + Σ_gk [ χ^(3+2(gR+k)) sa_gk + χ^(4+2(gR+k)) sc_gk ]
 *
 * which is one polynomial in χ whose coefficients come in the order of the transcript.
 *
 * Inputs    chi; combined (y_1); factorA, factorB at ρ; sa, sc [maxRankRules][maxRank]
 * Output    claim
 */
template OpeningClaim(maxRankRules, maxRank) {
    signal input chi;
    signal input combined;
    signal input factorA;
    signal input factorB;
    signal input sa[maxRankRules][maxRank];
    signal input sc[maxRankRules][maxRank];
    signal output claim;

    component powers = Horner(3 + 2 * maxRankRules * maxRank);
    powers.x <== chi;
    powers.coefficient[0] <== combined;
    powers.coefficient[1] <== factorA;
    powers.coefficient[2] <== factorB;
    for (var g = 0; g < maxRankRules; g++) {
        for (var k = 0; k < maxRank; k++) {
            powers.coefficient[3 + 2 * (g * maxRank + k)] <== sa[g][k];
            powers.coefficient[4 + 2 * (g * maxRank + k)] <== sc[g][k];
        }
    }
    claim <== powers.out;
}
