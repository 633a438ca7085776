pragma circom 2.2.0;

/*
 * MainClaim: the sum that the main sumcheck proves (PROTOCOL 7.4): the leaf claims with 1 and λ², 0 with λ,
 * and s_g, k_g with their powers.
 *
 * Inputs
 *   entryClaim, multiplicityClaim   of LeafClaim
 *   lambda, lambdaSquared
 *   placeWeight[maxRules]           λ^(3+2g)
 *   sums[maxRules][2]               private: s_g, k_g
 * Output
 *   claim
 */
template MainClaim(maxRules) {
    signal input entryClaim;
    signal input multiplicityClaim;
    signal input lambda;
    signal input lambdaSquared;
    signal input placeWeight[maxRules];
    signal input sums[maxRules][2];
    signal output claim;

    signal multiplicityTerm <== lambdaSquared * multiplicityClaim;
    signal countTerm[maxRules];
    signal sumTerm[maxRules];
    var total = entryClaim + multiplicityTerm;
    for (var g = 0; g < maxRules; g++) {
        countTerm[g] <== lambda * sums[g][1];
        sumTerm[g] <== placeWeight[g] * (sums[g][0] + countTerm[g]);
        total += sumTerm[g];
    }
    claim <== total;
}
