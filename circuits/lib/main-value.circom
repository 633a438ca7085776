pragma circom 2.2.0;

/*
 * MainValue: the main sumcheck's summand at its point ρ (PROTOCOL 7.4, 7.5):
 *
 *   eq(r_x, ρ) [ Σ_T W_T (R_T + λ b_T)(1 - b_T) + W_A P_A + W_B P_B + λ² W_* m ]
 *     + Σ_T w_T [ 4^c_T R_T² (1 - b_T) + λ b_T ],      w_T = λ^(3+2g) of the slot's place
 *
 * Slots without a tile or mask contribute nothing because the caller constrains their R_T and b_T to zero.
 *
 * Inputs
 *   eqLeaf                        eq(r_x, ρ)
 *   lambda, lambdaSquared
 *   slotWeight[slots + 3]         W_T; the last three are W_A, W_B, W_*
 *   ruleWeight[slots]             w_T
 *   unit[slots]                   4^c_T
 *   residual[slots], mask[slots]  private: R~_T(ρ), b~_T(ρ)
 *   factorA, factorB              private: P~_A(ρ), P~_B(ρ)
 *   multiplicity                  private: m~(ρ)
 * Output
 *   value
 */
template MainValue(slots) {
    signal input eqLeaf;
    signal input lambda;
    signal input lambdaSquared;
    signal input slotWeight[slots + 3];
    signal input ruleWeight[slots];
    signal input unit[slots];
    signal input residual[slots];
    signal input mask[slots];
    signal input factorA;
    signal input factorB;
    signal input multiplicity;
    signal output value;

    signal lambdaMask[slots];
    signal entry[slots];
    signal entryTerm[slots];
    signal kept[slots];
    signal keptSquare[slots];
    signal scaledSquare[slots];
    signal ruleTerm[slots];
    var entries = 0;
    var rules = 0;
    for (var i = 0; i < slots; i++) {
        lambdaMask[i] <== lambda * mask[i];
        entry[i] <== (residual[i] + lambdaMask[i]) * (1 - mask[i]);
        entryTerm[i] <== slotWeight[i] * entry[i];
        entries += entryTerm[i];

        kept[i] <== residual[i] * (1 - mask[i]);
        keptSquare[i] <== residual[i] * kept[i];
        scaledSquare[i] <== unit[i] * keptSquare[i];
        ruleTerm[i] <== ruleWeight[i] * (scaledSquare[i] + lambdaMask[i]);
        rules += ruleTerm[i];
    }

    signal factorATerm <== slotWeight[slots] * factorA;
    signal factorBTerm <== slotWeight[slots + 1] * factorB;
    signal tableWeight <== lambdaSquared * slotWeight[slots + 2];
    signal multiplicityTerm <== tableWeight * multiplicity;
    signal leafTerm <== eqLeaf * (entries + factorATerm + factorBTerm + multiplicityTerm);
    value <== leafTerm + rules;
}
