pragma circom 2.2.0;

// Generated from src/protocol by scripts/generate-constants.ts. Do not edit.

include "../generated/constants.circom";
include "../lib/segment-verifier.circom";

component main {public [h, eta, v]} = SegmentVerifier(
    MEDIUM_DOMAIN(),
    MEDIUM_T(),
    MEDIUM_MU(),
    MEDIUM_MAX_RULES(),
    MEDIUM_MAX_RANK_RULES(),
    MEDIUM_MAX_RANK()
);
