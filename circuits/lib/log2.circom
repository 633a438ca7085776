pragma circom 2.2.0;

/* log2 of a power of two; compilation fails for anything else. */
function log2(value) {
    var exponent = 0;
    while (2 ** exponent < value) {
        exponent++;
    }
    assert(2 ** exponent == value);
    return exponent;
}
