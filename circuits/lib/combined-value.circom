pragma circom 2.2.0;

include "horner.circom";

/*
 * CombinedValue: y_1 = G~_1(ρ) from the claimed evaluations (PROTOCOL 7.6):
 *
 *   Σ_T θ^T 2^-shift R_T + Σ_g θ^base_g 2^-shift_g Σ_k sa_gk sc_gk     which is Σ_T θ^T Δ~_T(ρ)
 *     + Σ_T θ^(S+T) b_T + θ^(2S) m
 *
 * Inputs
 *   theta
 *   slotInverseShift[slots]                2^-shift of the slot's place
 *   placeInverseShift[maxRankRules]        2^-shift_g
 *   thetaBase[maxRankRules]                θ^base_g
 *   residual[slots], mask[slots]           private
 *   multiplicity                           private
 *   sa[maxRankRules][maxRank], sc[…][…]    private; zero for k >= rank_g (constrained by the caller)
 * Output
 *   value
 */
template CombinedValue(slots, maxRankRules, maxRank) {
    signal input theta;
    signal input slotInverseShift[slots];
    signal input placeInverseShift[maxRankRules];
    signal input thetaBase[maxRankRules];
    signal input residual[slots];
    signal input mask[slots];
    signal input multiplicity;
    signal input sa[maxRankRules][maxRank];
    signal input sc[maxRankRules][maxRank];
    signal output value;

    // 1. Residuals, masks and multiplicities are one polynomial in θ.
    component powers = Horner(2 * slots + 1);
    powers.x <== theta;
    for (var i = 0; i < slots; i++) {
        powers.coefficient[i] <== slotInverseShift[i] * residual[i];
        powers.coefficient[slots + i] <== mask[i];
    }
    powers.coefficient[2 * slots] <== multiplicity;

    // 2. The low-rank parts.
    signal product[maxRankRules][maxRank];
    signal placeWeight[maxRankRules];
    signal lowRank[maxRankRules];
    var total = powers.out;
    for (var g = 0; g < maxRankRules; g++) {
        var inner = 0;
        for (var k = 0; k < maxRank; k++) {
            product[g][k] <== sa[g][k] * sc[g][k];
            inner += product[g][k];
        }
        placeWeight[g] <== thetaBase[g] * placeInverseShift[g];
        lowRank[g] <== placeWeight[g] * inner;
        total += lowRank[g];
    }
    value <== total;
}
