pragma circom 2.2.0;

/* Of a place that can hold a rank rule: tileCount, row panels I, column panels J, rank, shift. */
function RANK_VALUES() {
    return 5;
}

/* Of every place: the segment's shares of maxResidualSq and maxNonzeros. */
function BOUND_VALUES() {
    return 2;
}

/* Slots and panels. */
function STATEMENT_BITMAPS() {
    return 5;
}

function STATEMENT_LENGTH(maxRules, maxRankRules, unitBits) {
    return 1 + RANK_VALUES() * maxRankRules + BOUND_VALUES() * maxRules + STATEMENT_BITMAPS() + unitBits;
}

/*
 * StatementVector: the statement in the order that the registry and the TypeScript verifier use (PROTOCOL 6).
 *
 * Inputs    d1;  rankPlaces[maxRankRules][5];  bounds[maxRules][2];  bitmaps[5];  units[unitBits]
 * Output    out[…]: d1; place by place what there is of it, the bounds last; bitmaps; units
 */
template StatementVector(maxRules, maxRankRules, unitBits) {
    signal input d1;
    signal input rankPlaces[maxRankRules][RANK_VALUES()];
    signal input bounds[maxRules][BOUND_VALUES()];
    signal input bitmaps[STATEMENT_BITMAPS()];
    signal input units[unitBits];
    signal output out[STATEMENT_LENGTH(maxRules, maxRankRules, unitBits)];

    out[0] <== d1;
    var next = 1;
    for (var g = 0; g < maxRules; g++) {
        if (g < maxRankRules) {
            for (var i = 0; i < RANK_VALUES(); i++) {
                out[next] <== rankPlaces[g][i];
                next++;
            }
        }
        for (var i = 0; i < BOUND_VALUES(); i++) {
            out[next] <== bounds[g][i];
            next++;
        }
    }
    for (var i = 0; i < STATEMENT_BITMAPS(); i++) {
        out[next] <== bitmaps[i];
        next++;
    }
    for (var k = 0; k < unitBits; k++) {
        out[next] <== units[k];
        next++;
    }
}
