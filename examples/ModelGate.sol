// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

// In your own project: "fine-tuning-integrity/contracts/…".
import {DriftGate} from "../contracts/DriftGate.sol";
import {IDriftRegistry, Step} from "../contracts/interfaces/IDriftRegistry.sol";

/// @title Lets a model in that is proven to be close enough to one base
contract ModelGate is DriftGate {
    /// @notice A model was let in.
    event Admitted(bytes32 modelId);

    constructor(IDriftRegistry registry, bytes32 policyId) DriftGate(registry, policyId) {}

    /// @notice By the certificates that the registry knows the model's descent by.
    function admit(bytes32 modelId) external onlyWithin(modelId) {
        emit Admitted(modelId);
    }

    /// @notice By certificates that the caller names, the oldest first.
    function admitBy(Step[] calldata steps, bytes32 modelId) external onlyWithinBy(steps, modelId) {
        emit Admitted(modelId);
    }
}
