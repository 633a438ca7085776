pragma circom 2.2.0;

/*
 * AssertNonzero: refuses zero, by the inverse.
 *
 * Input    in
 */
template AssertNonzero() {
    signal input in;

    signal inverse;
    inverse <-- in == 0 ? 0 : 1 / in;
    in * inverse === 1;
}
