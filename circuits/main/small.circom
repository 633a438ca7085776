pragma circom 2.2.0;

// Generated from src/protocol by scripts/generate-constants.ts. Do not edit.

include "../generated/constants.circom";
include "../lib/segment-verifier.circom";

component main {public [h, eta, v]} = SegmentVerifier(
    SMALL_DOMAIN(),
    SMALL_T(),
    SMALL_MU(),
    SMALL_MAX_RULES(),
    SMALL_MAX_RANK_RULES(),
    SMALL_MAX_RANK()
);
