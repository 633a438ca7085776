pragma circom 2.2.0;

/*
 * SlotUnits: 4^c_T for every slot from the bits of c_T (PROTOCOL 3): what the squares of the slot's residual count in the
 * sum of their rule. bits - 1 constraints a slot.
 *
 * Parameters   slots, bits
 * Input        bit[bits][slots]    bits of c_T, lowest first; the caller constrains them
 * Output       unit[slots]
 */
template SlotUnits(slots, bits) {
    signal input bit[bits][slots];
    signal output unit[slots];

    signal product[slots][bits];
    for (var i = 0; i < slots; i++) {
        // 4^(2^k)
        var power = 4;
        product[i][0] <== 1 + bit[0][i] * (power - 1);
        for (var k = 1; k < bits; k++) {
            power = power * power;
            product[i][k] <== product[i][k - 1] * (1 + bit[k][i] * (power - 1));
        }
        unit[i] <== product[i][bits - 1];
    }
}
