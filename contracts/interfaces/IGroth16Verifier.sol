// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The Groth16 verifier of one tier
/// @notice What snarkjs exports for a circuit of three public signals.
interface IGroth16Verifier {
    /// @notice Whether a proof is valid for the public signals `[h, eta, v]`.
    /// @param a Point of G1.
    /// @param b Point of G2, each coordinate `[c1, c0]`.
    /// @param c Point of G1.
    /// @param signals Scalars; not canonical ones are invalid.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata signals
    ) external view returns (bool);
}
