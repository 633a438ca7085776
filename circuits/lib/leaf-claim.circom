pragma circom 2.2.0;

include "eq-table.circom";

/*
 * LeafClaim: what the range argument's claim about the leaf layer says about the committed polynomials
 * (end of PROTOCOL 7.2). Leaves: α + E_T(x) in used slots, α + P(x) in the slots of P_A and P_B,
 * -m(x) / (α + id(x)) in the table's slot, 0 / α in unused slots.
 *
 * Parameters
 *   numVars                     variables of a tile, ell
 *   mu                          variables of the slot index; slots = 2^mu - 3
 * Inputs
 *   alpha
 *   numerator, denominator      claims at `point`
 *   point[numVars + mu]         first the entry's coordinates r_x, then the slot's r_T
 *   used[slots]                 bits: which slots hold a tile
 * Outputs
 *   slotWeight[2^mu]            W_T = eq(r_T, T); the last three belong to P_A, P_B and the table
 *   entryClaim                  Σ_T W_T E~_T(r_x) + W_A P~_A(r_x) + W_B P~_B(r_x)
 *   multiplicityClaim           W_* m~(r_x)
 */
template LeafClaim(numVars, mu) {
    var slots = 2 ** mu - 3;
    signal input alpha;
    signal input numerator;
    signal input denominator;
    signal input point[numVars + mu];
    signal input used[slots];
    signal output slotWeight[2 ** mu];
    signal output entryClaim;
    signal output multiplicityClaim;

    // 1. Weights of the slots.
    component table = EqTable(mu);
    for (var j = 0; j < mu; j++) {
        table.point[j] <== point[numVars + j];
    }
    slotWeight <== table.out;

    // 2. Denominators: the weights of all slots sum to 1, so α counts once.
    var identity = -(2 ** (numVars - 1));
    for (var i = 0; i < numVars; i++) {
        identity += point[i] * 2 ** i;
    }
    signal tableTerm <== slotWeight[slots + 2] * identity;
    entryClaim <== denominator - alpha - tableTerm;

    // 3. Numerators.
    signal usedWeight[slots];
    var ones = slotWeight[slots] + slotWeight[slots + 1];
    for (var i = 0; i < slots; i++) {
        usedWeight[i] <== used[i] * slotWeight[i];
        ones += usedWeight[i];
    }
    multiplicityClaim <== ones - numerator;
}
