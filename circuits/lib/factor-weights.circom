pragma circom 2.2.0;

include "eq-table.circom";
include "panel-weights.circom";
include "powers.circom";
include "queue.circom";

/*
 * FactorWeights: ω_A~ and ω_B~ at the factor-slot half of the opening point (PROTOCOL 7.7):
 *
 *   ω_A(slotA(g,i,k)) = χ^(3+2(gR+k)) θ^(J_g i),   ω_B(slotB(g,j,k)) = χ^(4+2(gR+k)) θ^j
 *
 * for k < rank_g, i < I_g, j < J_g, and 0 elsewhere. That they vanish elsewhere is what enforces the rank.
 *
 * A factor slot is panel · R + k, so the low log2(R) coordinates of z_hi select k and the others the panel.
 * Place g starts with K_g = Σ_{k < rank_g} eq(z_low, k) χ^(3+2(gR+k)), and each further panel multiplies by
 * θ^J_g (for A) or θ (for B).
 *
 * Parameters
 *   logRank, logPanels            R = 2^logRank factor slots a panel, 2^logPanels panels
 *   maxRankRules
 * Inputs
 *   chi, theta
 *   thetaCols[maxRankRules]       θ^J_g
 *   rankBit[maxRankRules][R]      rankBit[g][k] = 1 iff k < rank_g
 *   rowStart[panels]              bits: first row panel of every rank rule, and the first free one
 *   colStart[panels]              the same for column panels
 *   zHigh[logRank + logPanels]    z_t … z_(ell-1)
 * Outputs
 *   omegaA, omegaB
 */
template FactorWeights(logRank, logPanels, maxRankRules) {
    var maxRank = 2 ** logRank;
    var panels = 2 ** logPanels;
    signal input chi;
    signal input theta;
    signal input thetaCols[maxRankRules];
    signal input rankBit[maxRankRules][maxRank];
    signal input rowStart[panels];
    signal input colStart[panels];
    signal input zHigh[logRank + logPanels];
    signal output omegaA;
    signal output omegaB;

    // 1. eq over the two parts of the slot index.
    component eqFactor = EqTable(logRank);
    component eqPanel = EqTable(logPanels);
    for (var j = 0; j < logRank; j++) {
        eqFactor.point[j] <== zHigh[j];
    }
    for (var j = 0; j < logPanels; j++) {
        eqPanel.point[j] <== zHigh[logRank + j];
    }

    // 2. chiEven[i] = χ^(2i).
    signal chiSquared <== chi * chi;
    signal chiEven[maxRank + 1] <== Powers(maxRank + 1)(chiSquared);

    // 3. First weights K_g of every place.
    signal factorWeight[maxRank];
    for (var k = 0; k < maxRank; k++) {
        factorWeight[k] <== eqFactor.out[k] * chiEven[k];
    }
    signal placePower[maxRankRules];
    signal rankTerm[maxRankRules][maxRank];
    signal firstA[maxRankRules];
    signal firstB[maxRankRules];
    for (var g = 0; g < maxRankRules; g++) {
        // χ^(3+2gR)
        if (g == 0) {
            placePower[g] <== chi * chiSquared;
        } else {
            placePower[g] <== placePower[g - 1] * chiEven[maxRank];
        }
        var sum = 0;
        for (var k = 0; k < maxRank; k++) {
            rankTerm[g][k] <== rankBit[g][k] * factorWeight[k];
            sum += rankTerm[g][k];
        }
        firstA[g] <== placePower[g] * sum;
        firstB[g] <== firstA[g] * chi;
    }

    // 4. Spread them over the panels. A place without rank has K_g = 0, and so has every panel after the
    //    last rank rule: the bit at the first free panel moves on to such a place or to the fill.
    component weightsA = PanelWeights(panels);
    weightsA.start <== rowStart;
    weightsA.first <== Queue(panels, maxRankRules, 0)(firstA, rowStart);
    weightsA.step <== Queue(panels, maxRankRules, 1)(thetaCols, rowStart);
    weightsA.eq <== eqPanel.out;
    omegaA <== weightsA.value;

    component weightsB = PanelWeights(panels);
    weightsB.start <== colStart;
    weightsB.first <== Queue(panels, maxRankRules, 0)(firstB, colStart);
    for (var i = 0; i < panels; i++) {
        weightsB.step[i] <== theta;
    }
    weightsB.eq <== eqPanel.out;
    omegaB <== weightsB.value;
}
