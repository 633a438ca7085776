pragma circom 2.2.0;

include "power-by-bits.circom";
include "squares.circom";

/*
 * PlacePowers: the powers that belong to each place of a rank rule (PROTOCOL 7.6, 7.7).
 *
 * Parameters
 *   mu             a place has fewer than 2^mu tiles
 *   logPanels      a rank rule has at most 2^logPanels column panels
 *   maxRankRules
 * Inputs
 *   theta
 *   tileCount[maxRankRules], colPanels[maxRankRules], shift[maxRankRules]    of the statement
 * Outputs
 *   thetaBase[maxRankRules]      θ^base_g, base_g = Σ_{g' < g} tileCount_g'
 *   thetaCols[maxRankRules]      θ^J_g
 *   inverseShift[maxRankRules]   2^-shift_g
 */
template PlacePowers(mu, logPanels, maxRankRules) {
    signal input theta;
    signal input tileCount[maxRankRules];
    signal input colPanels[maxRankRules];
    signal input shift[maxRankRules];
    signal output thetaBase[maxRankRules];
    signal output thetaCols[maxRankRules];
    signal output inverseShift[maxRankRules];

    var tileBits = mu;
    var colBits = logPanels + 1;
    // MAX_SHIFT = 40 fits into 6 bits.
    var shiftBits = 6;
    var numSquares = tileBits > colBits ? tileBits : colBits;

    signal square[numSquares] <== Squares(numSquares)(theta);

    // The last place's tile count moves no base of a rank rule.
    _ <== tileCount[maxRankRules - 1];
    component tilePower[maxRankRules - 1];
    component colPower[maxRankRules];
    component shiftPower[maxRankRules];
    thetaBase[0] <== 1;
    for (var g = 0; g < maxRankRules; g++) {
        if (g < maxRankRules - 1) {
            tilePower[g] = PowerByBits(tileBits);
            tilePower[g].exponent <== tileCount[g];
            for (var k = 0; k < tileBits; k++) {
                tilePower[g].square[k] <== square[k];
            }
            thetaBase[g + 1] <== thetaBase[g] * tilePower[g].out;
        }

        colPower[g] = PowerByBits(colBits);
        colPower[g].exponent <== colPanels[g];
        for (var k = 0; k < colBits; k++) {
            colPower[g].square[k] <== square[k];
        }
        thetaCols[g] <== colPower[g].out;

        shiftPower[g] = PowerByBits(shiftBits);
        shiftPower[g].exponent <== shift[g];
        var inverse = 1 / 2;
        for (var k = 0; k < shiftBits; k++) {
            shiftPower[g].square[k] <== inverse;
            inverse = inverse * inverse;
        }
        inverseShift[g] <== shiftPower[g].out;
    }
}
