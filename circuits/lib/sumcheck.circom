pragma circom 2.2.0;

include "absorb.circom";
include "horner.circom";

/*
 * Sumcheck: the rounds of a sumcheck whose round polynomials include every factor, so that the claim is
 * h(0) + h(1) (PROTOCOL 7.4 with degree 3, 7.7 with degree 2). The caller checks `value`.
 *
 * Inputs
 *   state                      transcript state
 *   claim                      the sum over {0,1}^numVars
 *   rounds[numVars][degree]    private: c_1 … c_degree; c_0 = (C - c_1 - … - c_degree)/2 is derived
 * Outputs
 *   nextState
 *   point[numVars]             the challenges, first variable first
 *   value                      what the summand must be at `point`
 */
template Sumcheck(numVars, degree) {
    signal input state;
    signal input claim;
    signal input rounds[numVars][degree];
    signal output nextState;
    signal output point[numVars];
    signal output value;

    var half = 1 / 2;
    signal states[numVars + 1];
    signal claims[numVars + 1];
    signal challenge[numVars][1];
    component round[numVars];
    states[0] <== state;
    claims[0] <== claim;
    for (var k = 0; k < numVars; k++) {
        (states[k + 1], challenge[k]) <== Absorb(degree, 1)(states[k], rounds[k]);
        point[k] <== challenge[k][0];

        round[k] = Horner(degree + 1);
        var atOneMinusAtZero = 0;
        for (var i = 0; i < degree; i++) {
            round[k].coefficient[1 + i] <== rounds[k][i];
            atOneMinusAtZero += rounds[k][i];
        }
        round[k].coefficient[0] <== (claims[k] - atOneMinusAtZero) * half;
        round[k].x <== point[k];
        claims[k + 1] <== round[k].out;
    }
    nextState <== states[numVars];
    value <== claims[numVars];
}
