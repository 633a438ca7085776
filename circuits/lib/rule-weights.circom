pragma circom 2.2.0;

/*
 * RuleWeights: powers of λ for the sums of every rule place (PROTOCOL 7.4): λ^(3+2g) for the squares and
 * λ^(4+2g) for the counts of place g, and the first of them for every slot by its place.
 *
 * Parameters   slots, maxRules
 * Inputs
 *   lambda
 *   start[slots]             bits: first slot of every place; start[0] has no effect, slot 0 starts place 0
 * Outputs
 *   lambdaSquared
 *   placeWeight[maxRules]    λ^(3+2g)
 *   slotWeight[slots]        λ^(3+2g) of the slot's place
 */
template RuleWeights(slots, maxRules) {
    signal input lambda;
    signal input start[slots];
    signal output lambdaSquared;
    signal output placeWeight[maxRules];
    signal output slotWeight[slots];

    lambdaSquared <== lambda * lambda;
    placeWeight[0] <== lambdaSquared * lambda;
    for (var g = 1; g < maxRules; g++) {
        placeWeight[g] <== placeWeight[g - 1] * lambdaSquared;
    }

    _ <== start[0];
    signal step[slots];
    step[0] <== 1;
    slotWeight[0] <== placeWeight[0];
    for (var i = 1; i < slots; i++) {
        step[i] <== 1 + start[i] * (lambdaSquared - 1);
        slotWeight[i] <== slotWeight[i - 1] * step[i];
    }
}
