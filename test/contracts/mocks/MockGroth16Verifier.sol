// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "../../../contracts/interfaces/IGroth16Verifier.sol";

/// @title A verifier for tests that accepts one vector of public signals, or every one
/// @notice Proves nothing: never to be configured in a registry that anybody relies on.
contract MockGroth16Verifier is IGroth16Verifier {
    /// @inheritdoc IGroth16Verifier
    bytes32 public immutable verifyingKeyHash;

    bytes32 private _acceptedSignals;

    /// @param keyHash What it says its key is.
    constructor(bytes32 keyHash) {
        verifyingKeyHash = keyHash;
    }

    /// @notice From now on only these signals are valid.
    function acceptOnly(uint256[3] calldata signals) external {
        _acceptedSignals = keccak256(abi.encode(signals));
    }

    /// @inheritdoc IGroth16Verifier
    function verifyProof(
        uint256[2] calldata,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[3] calldata signals
    ) public view returns (bool) {
        return _acceptedSignals == 0 || _acceptedSignals == keccak256(abi.encode(signals));
    }

    /// @inheritdoc IGroth16Verifier
    function pairingWords(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata signals
    ) external view returns (uint256[24] memory words) {
        // Points at infinity are valid, and what is no point is not.
        if (!verifyProof(a, b, c, signals)) words[0] = 1;
    }
}
