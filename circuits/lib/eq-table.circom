pragma circom 2.2.0;

/*
 * EqTable: eq(point, i) for every i in {0,1}^n, by doubling; 2^n - 2 constraints.
 *
 * Input    point[n]     bit j of i belongs to point[j] (least significant first)
 * Output   out[2^n]     the table; its entries sum to 1 identically
 */
template EqTable(n) {
    signal input point[n];
    signal output out[2 ** n];

    // Level j has 2^j entries, kept at 2^j - 1 .. 2^(j+1) - 2.
    signal level[2 ** (n + 1) - 1];
    level[0] <== 1;
    for (var j = 0; j < n; j++) {
        var half = 2 ** j;
        for (var i = 0; i < half; i++) {
            level[2 * half - 1 + half + i] <== level[half - 1 + i] * point[j];
            level[2 * half - 1 + i] <== level[half - 1 + i] - level[2 * half - 1 + half + i];
        }
    }
    for (var i = 0; i < 2 ** n; i++) {
        out[i] <== level[2 ** n - 1 + i];
    }
}
