pragma circom 2.2.0;

// Generated from src/protocol by scripts/generate-constants.ts. Do not edit.

include "../generated/constants.circom";
include "../lib/segment-verifier.circom";

component main {public [h, eta, v]} = SegmentVerifier(
    LARGE_DOMAIN(),
    LARGE_T(),
    LARGE_MU(),
    LARGE_MAX_RULES(),
    LARGE_MAX_RANK_RULES(),
    LARGE_MAX_RANK()
);
