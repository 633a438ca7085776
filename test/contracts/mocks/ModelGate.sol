// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DriftGate} from "../../../contracts/DriftGate.sol";
import {IDriftRegistry, Step} from "../../../contracts/interfaces/IDriftRegistry.sol";

/// @title A contract that decides by a registry, for tests of the gate
contract ModelGate is DriftGate {
    /// @notice A model was let in.
    event Admitted(bytes32 modelId);

    constructor(IDriftRegistry registry, bytes32 policyId) DriftGate(registry, policyId) {}

    function admit(bytes32 modelId) external onlyWithin(modelId) {
        emit Admitted(modelId);
    }

    function admitBy(Step[] calldata steps, bytes32 modelId) external onlyWithinBy(steps, modelId) {
        emit Admitted(modelId);
    }
}
