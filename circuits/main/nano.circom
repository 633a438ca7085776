pragma circom 2.2.0;

// Generated from src/protocol by scripts/generate-constants.ts. Do not edit.

include "../generated/constants.circom";
include "../lib/segment-verifier.circom";

component main {public [h, eta, v]} = SegmentVerifier(
    NANO_DOMAIN(),
    NANO_T(),
    NANO_MU(),
    NANO_MAX_RULES(),
    NANO_MAX_RANK_RULES(),
    NANO_MAX_RANK()
);
