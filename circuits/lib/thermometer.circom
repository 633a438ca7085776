pragma circom 2.2.0;

/*
 * Thermometer: bit[k] = 1 for k < value and 0 otherwise; refuses a value above length.
 *
 * Input    value
 * Output   bit[length]     the only vector that is boolean, non-increasing and of sum `value`
 */
template Thermometer(length) {
    signal input value;
    signal output bit[length];

    var sum = 0;
    for (var k = 0; k < length; k++) {
        // The three constraints below determine the bits that are guessed here.
        bit[k] <-- k < value ? 1 : 0;
        bit[k] * (bit[k] - 1) === 0;
        if (k > 0) {
            bit[k] * (1 - bit[k - 1]) === 0;
        }
        sum += bit[k];
    }
    sum === value;
}
