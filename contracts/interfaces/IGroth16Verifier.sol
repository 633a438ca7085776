// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The Groth16 verifier of one tier
/// @notice For a circuit of three public signals.
interface IGroth16Verifier {
    /// @notice Whether a proof is valid for the public signals `[h, eta, v]`. Never reverts for malformed input:
    /// scalars that are not canonical and points that are none are not valid.
    /// @param a Point of G1.
    /// @param b Point of G2, each coordinate `[c1, c0]`.
    /// @param c Point of G1.
    /// @param signals Scalars.
    /// @return isValid Whether it is.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata signals
    ) external view returns (bool isValid);

    /// @notice Names the verifying key: `keccak256` of the words α1, β2, γ2, δ2, IC[0] … IC[3], each point's x before
    /// its y and each coordinate of G2 as `c0, c1`: the order of snarkjs's `verification_key.json`.
    /// @return keyHash The hash.
    function verifyingKeyHash() external view returns (bytes32 keyHash);
}
