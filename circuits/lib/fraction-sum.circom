pragma circom 2.2.0;

/*
 * FractionSum: the node above four fractions, p/q = p_0/q_0 + p_1/q_1 + p_2/q_2 + p_3/q_3 (PROTOCOL 7.2).
 *
 * Input    children[8]    p_0 p_1 p_2 p_3 q_0 q_1 q_2 q_3
 * Outputs  p, q           not reduced: q is the product of all four denominators
 */
template FractionSum() {
    signal input children[8];
    signal output p;
    signal output q;

    signal cross[2][2];
    signal numerator[2];
    signal denominator[2];
    for (var i = 0; i < 2; i++) {
        cross[i][0] <== children[2 * i] * children[4 + 2 * i + 1];
        cross[i][1] <== children[2 * i + 1] * children[4 + 2 * i];
        numerator[i] <== cross[i][0] + cross[i][1];
        denominator[i] <== children[4 + 2 * i] * children[4 + 2 * i + 1];
    }

    signal left <== numerator[0] * denominator[1];
    signal right <== numerator[1] * denominator[0];
    p <== left + right;
    q <== denominator[0] * denominator[1];
}
