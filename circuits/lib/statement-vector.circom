pragma circom 2.2.0;

/* Values of a rule place, in the order of the statement. */
function RULE_VALUES() {
    return 7;
}

/* Slot and panel bitmaps of a statement. */
function STATEMENT_BITMAPS() {
    return 5;
}

/*
 * StatementVector: the statement in the order that the registry and the TypeScript verifier use (PROTOCOL 8).
 *
 * Inputs    d1;  rules[maxRules][7];  bitmaps[5]
 * Output    out[1 + 7 maxRules + 5]
 */
template StatementVector(maxRules) {
    signal input d1;
    signal input rules[maxRules][RULE_VALUES()];
    signal input bitmaps[STATEMENT_BITMAPS()];
    signal output out[1 + RULE_VALUES() * maxRules + STATEMENT_BITMAPS()];

    out[0] <== d1;
    for (var g = 0; g < maxRules; g++) {
        for (var i = 0; i < RULE_VALUES(); i++) {
            out[1 + RULE_VALUES() * g + i] <== rules[g][i];
        }
    }
    for (var i = 0; i < STATEMENT_BITMAPS(); i++) {
        out[1 + RULE_VALUES() * maxRules + i] <== bitmaps[i];
    }
}
