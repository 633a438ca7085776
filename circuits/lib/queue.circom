pragma circom 2.2.0;

/*
 * Queue: spreads one item a rule over the places (slots, panels) that the rule owns.
 *
 * Place 0 shows items[0]; every later place whose `pop` bit is set moves on to the next item, and after the
 * last item comes the constant `fill`.
 *
 * Parameters
 *   length   places
 *   count    items
 *   fill     what follows the last item
 * Inputs
 *   items[count]
 *   pop[length]      bits, constrained by the caller; pop[0] has no effect
 * Output
 *   front[length]    the item that each place shows
 */
template Queue(length, count, fill) {
    signal input items[count];
    signal input pop[length];
    signal output front[length];

    _ <== pop[0];
    signal entry[length][count + 1];
    for (var i = 0; i < length; i++) {
        for (var k = 0; k < count; k++) {
            if (i == 0) {
                entry[0][k] <== items[k];
            } else if (k < length - i) {
                entry[i][k] <== entry[i - 1][k] + pop[i] * (entry[i - 1][k + 1] - entry[i - 1][k]);
            } else {
                // Too far back to come to the front in the places that are left.
                entry[i][k] <== 0;
            }
        }
        entry[i][count] <== fill;
        front[i] <== entry[i][0];
    }
}
