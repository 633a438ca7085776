// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {G1Point} from "./Points.sol";

/// @notice A Mercury opening. The letters are those of ePrint 2025/385; `quotient` is its `H`.
struct MercuryProof {
    G1Point h;
    G1Point q;
    G1Point g;
    G1Point s;
    G1Point d;
    G1Point quotient;
    G1Point w;
    G1Point wPrime;
    uint256 gZeta;
    uint256 gZetaInv;
    uint256 hZeta;
    uint256 hZetaInv;
    uint256 hAlpha;
    uint256 sZeta;
    /// The combined blinding ρ* of the opened commitment.
    uint256 blinding;
}
