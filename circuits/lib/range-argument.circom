pragma circom 2.2.0;

include "absorb.circom";
include "assert-nonzero.circom";
include "fold-children.circom";
include "fraction-sum.circom";
include "range-layer.circom";

/*
 * RangeArgument: LogUp-GKR with radix 4, from "the fractions of all leaves sum to 0" to one claim about the
 * leaf layer (PROTOCOL 7.2). The leaves are never seen here.
 *
 * Parameters
 *   leafVars                        variables of the leaf layer, even, at least 4
 * Inputs
 *   state                           transcript state after α was drawn
 *   root[8]                         private: the top node's children
 *   rounds[layers (layers + 1)][4]  private: round polynomials, layer after layer
 *   children[layers][8]             private: children's values, one message a layer
 * Outputs
 *   nextState
 *   numerator, denominator          claimed values of the leaf layer at `point`
 *   point[leafVars]                 least significant variable first
 */
template RangeArgument(leafVars) {
    var layers = leafVars / 2 - 1;
    signal input state;
    signal input root[8];
    signal input rounds[layers * (layers + 1)][4];
    signal input children[layers][8];
    signal output nextState;
    signal output numerator;
    signal output denominator;
    signal output point[leafVars];

    // 1. The root is 0/q with q != 0.
    signal (rootP, rootQ) <== FractionSum()(root);
    rootP === 0;
    AssertNonzero()(rootQ);

    // 2. Fold its children to a claim about the four nodes of layer 1.
    signal (rootState, c[3]) <== Absorb(8, 3)(state, root);

    // 3. One layer after the other.
    component layer[layers];
    var offset = 0;
    for (var i = 0; i < layers; i++) {
        var numVars = 2 * (i + 1);
        layer[i] = RangeLayer(i + 1);
        if (i == 0) {
            layer[i].state <== rootState;
            layer[i].lambda <== c[2];
            layer[i].p <== FoldChildren()([root[0], root[1], root[2], root[3]], [c[0], c[1]]);
            layer[i].q <== FoldChildren()([root[4], root[5], root[6], root[7]], [c[0], c[1]]);
            layer[i].point <== [c[0], c[1]];
        } else {
            layer[i].state <== layer[i - 1].nextState;
            layer[i].lambda <== layer[i - 1].nextLambda;
            layer[i].p <== layer[i - 1].nextP;
            layer[i].q <== layer[i - 1].nextQ;
            for (var k = 0; k < numVars; k++) {
                layer[i].point[k] <== layer[i - 1].nextPoint[k];
            }
        }
        for (var k = 0; k < numVars; k++) {
            layer[i].rounds[k] <== rounds[offset + k];
        }
        layer[i].children <== children[i];
        offset += numVars;
    }

    // 4. The leaf layer's claim.
    nextState <== layer[layers - 1].nextState;
    numerator <== layer[layers - 1].nextP;
    denominator <== layer[layers - 1].nextQ;
    _ <== layer[layers - 1].nextLambda;
    for (var k = 0; k < leafVars; k++) {
        point[k] <== layer[layers - 1].nextPoint[k];
    }
}
