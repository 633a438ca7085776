pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "absorb.circom";
include "combined-value.circom";
include "eq.circom";
include "factor-weights.circom";
include "horner.circom";
include "leaf-claim.circom";
include "log2.circom";
include "main-claim.circom";
include "main-value.circom";
include "opening-claim.circom";
include "opening-value.circom";
include "place-powers.circom";
include "queue.circom";
include "range-argument.circom";
include "rule-weights.circom";
include "slot-units.circom";
include "statement-vector.circom";
include "sum-bounds.circom";
include "sumcheck.circom";
include "thermometer.circom";

/*
 * SegmentVerifier: verifies a segment proof (PROTOCOL 7, all steps) up to the opening of one polynomial.
 *
 * What it leaves to the registry: that the statement is that of the commitments and of the stored policy,
 * with bitmaps computed from the places (so bit 0 of `starts` is set, `masks` is a part of `used`, and rank
 * rules are whole and fit into the panels) and units from the model's class table; that shares sum to at most the
 * policy's bounds; and the opening of the combined commitment to y at z.
 *
 * Parameters
 *   domain                             first transcript element: version and tier
 *   t, mu, maxRules, maxRankRules, R   the tier (PROTOCOL 4); ell = 2t, slots = 2^mu - 3, panels = 2^t / R
 *
 * Public signals
 *   h      state of the public fork, after (θ, ψ, z, y)
 *   eta    keccak256(values, h) mod p, computed by the registry
 *   v      Σ_i values_i eta^i, values = (statement, θ, ψ, z_0 … z_(ell-1), y)
 *
 * Private signals: the statement
 *   d1                             digest of the context and of the commitments
 *   rankPlaces[maxRankRules][5]    tileCount, row panels I, column panels J, rank, shift
 *   bounds[maxRules][2]            the segment's shares of maxResidualSq and maxNonzeros
 *   bitmaps[5]                     used slots, first slot of every place, slots with a mask; first row panel of
 *                                  every rank rule and first free one; the same for column panels. Bit k is slot
 *                                  or panel k.
 *   units[5]                       bit T of word k is bit k of c_T, the unit exponent of slot T
 *
 * Private signals: the proof, in the order of the transcript
 *   salt                               randomness that keeps the challenges secret
 *   rangeRoot[8]                       the top node's children, p_0..p_3 q_0..q_3
 *   rangeRounds[·][4]                  round polynomials c_1..c_4 of all layers
 *   rangeChildren[layers][8]           children's values, one message a layer
 *   sums[maxRules][2]                  s_g, k_g
 *   mainRounds[ell][3]                 round polynomials c_1..c_3
 *   residuals[slots], masks[slots]     R~_T(ρ), b~_T(ρ)
 *   factorA, factorB, multiplicity     P~_A(ρ), P~_B(ρ), m~(ρ)
 *   sa, sc [maxRankRules][R]           combinations of factor rows
 *   openingRounds[ell][2]              round polynomials c_1, c_2
 *   openingEvaluations[4]              G~_1(z), P~_A(z), P~_B(z), M~(z)
 */
template SegmentVerifier(domain, t, mu, maxRules, maxRankRules, R) {
    var ell = 2 * t;
    var slots = 2 ** mu - 3;
    var leafVars = mu + ell;
    var layers = leafVars \ 2 - 1;
    var logRank = log2(R);
    var logPanels = t - logRank;
    var panels = 2 ** logPanels;
    var unitBits = UNIT_BITS();
    var statementLength = STATEMENT_LENGTH(maxRules, maxRankRules, unitBits);
    assert(leafVars % 2 == 0);
    assert(maxRankRules <= maxRules);

    signal input h;
    signal input eta;
    signal input v;

    signal input d1;
    signal input rankPlaces[maxRankRules][RANK_VALUES()];
    signal input bounds[maxRules][BOUND_VALUES()];
    signal input bitmaps[STATEMENT_BITMAPS()];
    signal input units[unitBits];

    signal input salt;
    signal input rangeRoot[8];
    signal input rangeRounds[layers * (layers + 1)][4];
    signal input rangeChildren[layers][8];
    signal input sums[maxRules][2];
    signal input mainRounds[ell][3];
    signal input residuals[slots];
    signal input masks[slots];
    signal input factorA;
    signal input factorB;
    signal input multiplicity;
    signal input sa[maxRankRules][R];
    signal input sc[maxRankRules][R];
    signal input openingRounds[ell][2];
    signal input openingEvaluations[4];

    // 0. The statement's bits. 2^slots is below p for every tier, so each bitmap has one decomposition.
    assert(slots <= 253);
    signal usedBit[slots] <== Num2Bits(slots)(bitmaps[0]);
    signal startBit[slots] <== Num2Bits(slots)(bitmaps[1]);
    signal maskBit[slots] <== Num2Bits(slots)(bitmaps[2]);
    signal rowStart[panels] <== Num2Bits(panels)(bitmaps[3]);
    signal colStart[panels] <== Num2Bits(panels)(bitmaps[4]);
    signal unitBit[unitBits][slots];
    for (var k = 0; k < unitBits; k++) {
        unitBit[k] <== Num2Bits(slots)(units[k]);
    }

    // 1. Absorb the statement, then the salt. The state is forked in between (step 8).
    signal statement[statementLength] <== StatementVector(maxRules, maxRankRules, unitBits)(
        d1,
        rankPlaces,
        bounds,
        bitmaps,
        units
    );
    component absorbStatement = Absorb(1 + statementLength, 0);
    absorbStatement.state <== 0;
    absorbStatement.vector[0] <== domain;
    for (var i = 0; i < statementLength; i++) {
        absorbStatement.vector[1 + i] <== statement[i];
    }
    signal statementState <== absorbStatement.nextState;
    signal (saltState, alpha[1]) <== Absorb(1, 1)(statementState, [salt]);

    // 2. Range argument, and what its leaves claim about the committed polynomials.
    component range = RangeArgument(leafVars);
    range.state <== saltState;
    range.root <== rangeRoot;
    range.rounds <== rangeRounds;
    range.children <== rangeChildren;

    component leaf = LeafClaim(ell, mu);
    leaf.alpha <== alpha[0];
    leaf.numerator <== range.numerator;
    leaf.denominator <== range.denominator;
    leaf.point <== range.point;
    leaf.used <== usedBit;

    // 3. Squares and counts of every rule, and their bounds.
    component absorbSums = Absorb(2 * maxRules, 1);
    absorbSums.state <== range.nextState;
    for (var g = 0; g < maxRules; g++) {
        absorbSums.vector[2 * g] <== sums[g][0];
        absorbSums.vector[2 * g + 1] <== sums[g][1];
        SumBounds()(sums[g][0], sums[g][1], bounds[g][0], bounds[g][1]);
    }
    signal lambda <== absorbSums.challenge[0];

    // 4. Main sumcheck, to the point ρ.
    component ruleWeights = RuleWeights(slots, maxRules);
    ruleWeights.lambda <== lambda;
    ruleWeights.start <== startBit;

    component mainSumcheck = Sumcheck(ell, 3);
    mainSumcheck.state <== absorbSums.nextState;
    mainSumcheck.claim <== MainClaim(maxRules)(
        leaf.entryClaim,
        leaf.multiplicityClaim,
        lambda,
        ruleWeights.lambdaSquared,
        ruleWeights.placeWeight,
        sums
    );
    mainSumcheck.rounds <== mainRounds;

    // 5. Evaluations at ρ: absorb, no residual without a tile, no mask where none is allowed, final check.
    component absorbEvaluations = Absorb(2 * slots + 3, 1);
    absorbEvaluations.state <== mainSumcheck.nextState;
    for (var i = 0; i < slots; i++) {
        absorbEvaluations.vector[i] <== residuals[i];
        absorbEvaluations.vector[slots + i] <== masks[i];
        residuals[i] * (1 - usedBit[i]) === 0;
        masks[i] * (1 - maskBit[i]) === 0;
    }
    absorbEvaluations.vector[2 * slots] <== factorA;
    absorbEvaluations.vector[2 * slots + 1] <== factorB;
    absorbEvaluations.vector[2 * slots + 2] <== multiplicity;
    signal theta <== absorbEvaluations.challenge[0];

    component eqLeaf = Eq(ell);
    for (var j = 0; j < ell; j++) {
        eqLeaf.a[j] <== range.point[j];
        eqLeaf.b[j] <== mainSumcheck.point[j];
    }
    component mainValue = MainValue(slots);
    mainValue.eqLeaf <== eqLeaf.out;
    mainValue.lambda <== lambda;
    mainValue.lambdaSquared <== ruleWeights.lambdaSquared;
    mainValue.slotWeight <== leaf.slotWeight;
    mainValue.ruleWeight <== ruleWeights.slotWeight;
    mainValue.unit <== SlotUnits(slots, unitBits)(unitBit);
    mainValue.residual <== residuals;
    mainValue.mask <== masks;
    mainValue.factorA <== factorA;
    mainValue.factorB <== factorB;
    mainValue.multiplicity <== multiplicity;
    mainSumcheck.value === mainValue.value;

    // 6. Factors: nothing beyond a place's rank, and the combined difference at ρ.
    component absorbFactors = Absorb(2 * maxRankRules * R, 1);
    absorbFactors.state <== absorbEvaluations.nextState;
    signal rankBit[maxRankRules][R];
    for (var g = 0; g < maxRankRules; g++) {
        rankBit[g] <== Thermometer(R)(rankPlaces[g][3]);
        for (var k = 0; k < R; k++) {
            absorbFactors.vector[2 * (g * R + k)] <== sa[g][k];
            absorbFactors.vector[2 * (g * R + k) + 1] <== sc[g][k];
            sa[g][k] * (1 - rankBit[g][k]) === 0;
            sc[g][k] * (1 - rankBit[g][k]) === 0;
        }
    }
    signal chi <== absorbFactors.challenge[0];

    component placePowers = PlacePowers(mu, logPanels, maxRankRules);
    placePowers.theta <== theta;
    for (var g = 0; g < maxRankRules; g++) {
        placePowers.tileCount[g] <== rankPlaces[g][0];
        placePowers.colPanels[g] <== rankPlaces[g][2];
        placePowers.shift[g] <== rankPlaces[g][4];
    }

    component combined = CombinedValue(slots, maxRankRules, R);
    combined.theta <== theta;
    combined.slotInverseShift <== Queue(slots, maxRankRules, 1)(placePowers.inverseShift, startBit);
    combined.placeInverseShift <== placePowers.inverseShift;
    combined.thetaBase <== placePowers.thetaBase;
    combined.residual <== residuals;
    combined.mask <== masks;
    combined.multiplicity <== multiplicity;
    combined.sa <== sa;
    combined.sc <== sc;

    // 7. Opening reduction, to the point z.
    component openingSumcheck = Sumcheck(ell, 2);
    openingSumcheck.state <== absorbFactors.nextState;
    openingSumcheck.claim <== OpeningClaim(maxRankRules, R)(chi, combined.value, factorA, factorB, sa, sc);
    openingSumcheck.rounds <== openingRounds;

    signal (openingState, psi[1]) <== Absorb(4, 1)(openingSumcheck.nextState, openingEvaluations);

    component factorWeights = FactorWeights(logRank, logPanels, maxRankRules);
    factorWeights.chi <== chi;
    factorWeights.theta <== theta;
    factorWeights.thetaCols <== placePowers.thetaCols;
    factorWeights.rankBit <== rankBit;
    factorWeights.rowStart <== rowStart;
    factorWeights.colStart <== colStart;
    for (var j = 0; j < t; j++) {
        factorWeights.zHigh[j] <== openingSumcheck.point[t + j];
    }

    component openingValue = OpeningValue(t);
    openingValue.chi <== chi;
    openingValue.rho <== mainSumcheck.point;
    openingValue.z <== openingSumcheck.point;
    openingValue.omegaA <== factorWeights.omegaA;
    openingValue.omegaB <== factorWeights.omegaB;
    openingValue.combined <== openingEvaluations[0];
    openingValue.factorA <== openingEvaluations[1];
    openingValue.factorB <== openingEvaluations[2];
    openingSumcheck.value === openingValue.value;

    signal y <== Horner(4)(openingEvaluations, psi[0]);

    // 8. Public signals: the fork's state, and the values as one polynomial in eta.
    signal outcome[ell + 3];
    outcome[0] <== theta;
    outcome[1] <== psi[0];
    for (var j = 0; j < ell; j++) {
        outcome[2 + j] <== openingSumcheck.point[j];
    }
    outcome[ell + 2] <== y;

    component fork = Absorb(ell + 3, 0);
    fork.state <== statementState;
    fork.vector <== outcome;
    h === fork.nextState;

    component values = Horner(statementLength + ell + 3);
    for (var i = 0; i < statementLength; i++) {
        values.coefficient[i] <== statement[i];
    }
    for (var i = 0; i < ell + 3; i++) {
        values.coefficient[statementLength + i] <== outcome[i];
    }
    values.x <== eta;
    v === values.out;
}
