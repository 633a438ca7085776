pragma circom 2.2.0;

include "eq.circom";

/*
 * OpeningValue: the opening reduction's summand at its point z (PROTOCOL 7.7):
 *
 *   eq(ρ, z) (G_1 + χ P_A + χ² P_B)(z) + eq(ρ_u, z_lo) ω_A~(z_hi) P_A(z) + eq(ρ_v, z_lo) ω_B~(z_hi) P_B(z)
 *
 * with ρ = (ρ_v, ρ_u) and z = (z_lo, z_hi), halves of t coordinates.
 *
 * Inputs
 *   chi
 *   rho[2t], z[2t]
 *   omegaA, omegaB        at z_hi
 *   combined              private: G~_1(z)
 *   factorA, factorB      private: P~_A(z), P~_B(z)
 * Output
 *   value
 */
template OpeningValue(t) {
    signal input chi;
    signal input rho[2 * t];
    signal input z[2 * t];
    signal input omegaA;
    signal input omegaB;
    signal input combined;
    signal input factorA;
    signal input factorB;
    signal output value;

    // 1. The three eq factors that the summand is made of.
    component eqColumn = Eq(t);
    component eqRow = Eq(t);
    component eqRowAtLow = Eq(t);
    for (var j = 0; j < t; j++) {
        eqColumn.a[j] <== rho[j];
        eqColumn.b[j] <== z[j];
        eqRow.a[j] <== rho[t + j];
        eqRow.b[j] <== z[t + j];
        eqRowAtLow.a[j] <== rho[t + j];
        eqRowAtLow.b[j] <== z[j];
    }
    signal eqFull <== eqColumn.out * eqRow.out;

    // 2. Together.
    signal inner <== chi * factorB + factorA;
    signal batched <== combined + chi * inner;
    signal weightA <== eqRowAtLow.out * omegaA;
    signal weightB <== eqColumn.out * omegaB;
    signal batchedTerm <== eqFull * batched;
    signal termA <== weightA * factorA;
    signal termB <== weightB * factorB;
    value <== batchedTerm + termA + termB;
}
