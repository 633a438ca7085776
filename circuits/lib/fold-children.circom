pragma circom 2.2.0;

/*
 * FoldChildren: multilinear evaluation over the child index c = c_0 + 2 c_1, low bit first (PROTOCOL 7.2).
 *
 * Inputs   child[4]    values at c = 0, 1, 2, 3
 *          c[2]        the point
 * Output   out
 */
template FoldChildren() {
    signal input child[4];
    signal input c[2];
    signal output out;

    signal low <== child[0] + c[0] * (child[1] - child[0]);
    signal high <== child[2] + c[0] * (child[3] - child[2]);
    out <== low + c[1] * (high - low);
}
