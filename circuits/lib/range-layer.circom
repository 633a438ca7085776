pragma circom 2.2.0;

include "absorb.circom";
include "fold-children.circom";
include "fraction-sum.circom";
include "split-eq-round.circom";

/*
 * RangeLayer: from a claim about the 4^depth nodes of a layer to one about their 4^(depth+1) children
 * (PROTOCOL 7.2).
 *
 * Inputs
 *   state                       transcript state
 *   lambda                      batches the numerator's and the denominator's claim
 *   p, q                        claimed numerator and denominator at `point`
 *   point[2 depth]              least significant variable first
 *   rounds[2 depth][4]          private: round polynomials, c_1 … c_4
 *   children[8]                 private: the children's values at the bound point, p_0..p_3 q_0..q_3
 * Outputs
 *   nextState, nextLambda       nextLambda is not used after the last layer
 *   nextP, nextQ                the claim about the children
 *   nextPoint[2 depth + 2]      (c_0, c_1, s_0, …, s_(2 depth - 1))
 */
template RangeLayer(depth) {
    var numVars = 2 * depth;
    signal input state;
    signal input lambda;
    signal input p;
    signal input q;
    signal input point[numVars];
    signal input rounds[numVars][4];
    signal input children[8];
    signal output nextState;
    signal output nextLambda;
    signal output nextP;
    signal output nextQ;
    signal output nextPoint[numVars + 2];

    // 1. The sumcheck's claim.
    signal claim[numVars + 1];
    claim[0] <== p + lambda * q;

    // 2. The rounds.
    signal states[numVars + 1];
    signal challenge[numVars][1];
    states[0] <== state;
    for (var k = 0; k < numVars; k++) {
        (states[k + 1], challenge[k]) <== Absorb(4, 1)(states[k], rounds[k]);
        claim[k + 1] <== SplitEqRound()(claim[k], point[k], rounds[k], challenge[k][0]);
        nextPoint[2 + k] <== challenge[k][0];
    }

    // 3. The bound node is the fraction sum of the children that are sent.
    signal (nodeP, nodeQ) <== FractionSum()(children);
    claim[numVars] === nodeP + lambda * nodeQ;

    // 4. Fold the children.
    signal c[3];
    (nextState, c) <== Absorb(8, 3)(states[numVars], children);
    nextP <== FoldChildren()([children[0], children[1], children[2], children[3]], [c[0], c[1]]);
    nextQ <== FoldChildren()([children[4], children[5], children[6], children[7]], [c[0], c[1]]);
    nextPoint[0] <== c[0];
    nextPoint[1] <== c[1];
    nextLambda <== c[2];
}
