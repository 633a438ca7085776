// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../generated/Constants.sol";
import {Rule, SrsPoints} from "../interfaces/IDriftRegistry.sol";

/// @title Content addresses
/// @notice All are `keccak256(abi.encode(…))`.
library Ids {
    function srsId(SrsPoints memory srs) internal pure returns (bytes32) {
        return keccak256(abi.encode(srs.tau1, srs.blindingBase, srs.tau2));
    }

    function modelId(
        bytes32 srs,
        uint256 t,
        uint256 tileCount,
        bytes32 manifestHash,
        bytes32 merkleRoot
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(Constants.PROTOCOL_VERSION, srs, t, tileCount, manifestHash, merkleRoot));
    }

    function policyId(bytes32 baseModelId, Rule[] calldata rules) internal pure returns (bytes32) {
        return keccak256(abi.encode(Constants.PROTOCOL_VERSION, baseModelId, rules));
    }

    function certificateId(
        address publisher,
        bytes32 baseModelId,
        bytes32 tunedModelId,
        bytes32 policy
    ) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), publisher, baseModelId, tunedModelId, policy));
    }
}
