pragma circom 2.2.0;

/* Bits of a slot's unit exponent. */
function UNIT_BITS() {
    return 5;
}

/*
 * SlotUnits: 4^c_T for every slot, by the bits of c_T; UNIT_BITS() - 1 constraints a slot.
 *
 * Input    bit[UNIT_BITS()][slots]    bits of c_T, lowest first, constrained by the caller
 * Output   unit[slots]
 */
template SlotUnits(slots) {
    signal input bit[UNIT_BITS()][slots];
    signal output unit[slots];

    signal partial[slots][UNIT_BITS()];
    for (var i = 0; i < slots; i++) {
        var power = 4;
        for (var k = 0; k < UNIT_BITS(); k++) {
            if (k == 0) {
                partial[i][0] <== 1 + bit[0][i] * (power - 1);
            } else {
                partial[i][k] <== partial[i][k - 1] * (1 + bit[k][i] * (power - 1));
            }
            power = power * power;
        }
        unit[i] <== partial[i][UNIT_BITS() - 1];
    }
}
