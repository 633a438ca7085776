/** Version of the statement, transcript and circuits. Part of every model id and domain separator. */
export const PROTOCOL_VERSION = 2;

/** Order of the BN254 scalar field F. */
export const FR_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** Order of the BN254 base field, over which curve coordinates live. */
export const FQ_ORDER = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** Bits of `maxResidualSq`, of every share of it and of their slack (PROTOCOL 7.3). */
export const RESIDUAL_SQ_BITS = 100;

/** Bits of `maxNonzeros`, of every share of it and of their slack (PROTOCOL 7.3). */
export const NONZEROS_BITS = 40;

/** Largest `shift` of a rank rule (PROTOCOL 3). */
export const MAX_SHIFT = 40;

/** Bits of a tile's unit exponent `c`: its squares count `4^c` in its rule's sum (PROTOCOL 3). */
export const UNIT_BITS = 5;

/** Quantized weights satisfy `|q| < 2^31` (PROTOCOL 2). */
export const WEIGHT_BITS = 31;

/** Elements that one Poseidon permutation absorbs (PROTOCOL 6). */
export const POSEIDON_RATE = 16;
