pragma circom 2.2.0;

/*
 * PanelWeights: Σ_P eq(z_top, P) v_P, where v_P is first[P] on the first panel of a rule and step[P] times
 * the panel before elsewhere: a geometric progression a rule, 0 after the last rule.
 *
 * Inputs
 *   start[panels]     bits: first panel of every rule, and the first free panel; start[0] has no effect
 *   first[panels]     first value of the panel's rule; 0 on free panels
 *   step[panels]      ratio of the panel's rule
 *   eq[panels]        eq(z_top, P)
 * Output
 *   value
 */
template PanelWeights(panels) {
    signal input start[panels];
    signal input first[panels];
    signal input step[panels];
    signal input eq[panels];
    signal output value;

    _ <== start[0];
    _ <== step[0];
    signal weight[panels];
    signal stepped[panels];
    signal term[panels];
    var total = 0;
    for (var i = 0; i < panels; i++) {
        if (i == 0) {
            stepped[0] <== 0;
            weight[0] <== first[0];
        } else {
            stepped[i] <== weight[i - 1] * step[i];
            weight[i] <== stepped[i] + start[i] * (first[i] - stepped[i]);
        }
        term[i] <== eq[i] * weight[i];
        total += term[i];
    }
    value <== total;
}
