// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDriftRegistry, Step} from "./interfaces/IDriftRegistry.sol";

/// @title Lets only models through that are proven to be within a policy of one base
/// @notice For contracts to inherit. The answer is the registry's, and holds for the transaction in which it is given:
/// certificates are revoked and expire. Who relies on it trusts the registry's verifying keys, see docs/registry.md.
abstract contract DriftGate {
    /// @notice Where certificates are registered.
    IDriftRegistry public immutable DRIFT_REGISTRY;

    /// @notice What a model may differ by from its ancestor.
    bytes32 public immutable DRIFT_POLICY_ID;

    /// @notice The model that the policy is about.
    bytes32 public immutable DRIFT_BASE_MODEL_ID;

    /// @notice It is not proven that the model is within the policy.
    error ModelNotWithin(bytes32 modelId, bytes32 policyId);

    /// @param modelId Must be within the policy, by the certificates that the registry knows its descent by.
    modifier onlyWithin(bytes32 modelId) {
        _requireWithin(modelId);
        _;
    }

    /// @param steps A path of active certificates from the base to the model, the oldest first.
    /// @param modelId Must be within the policy, by those certificates.
    modifier onlyWithinBy(Step[] calldata steps, bytes32 modelId) {
        _requireWithinBy(steps, modelId);
        _;
    }

    /// @notice Fails where the registry has no such policy.
    /// @param registry Where certificates are registered.
    /// @param policyId Registered there; it names the base. Reverts with `UnknownPolicy`.
    constructor(IDriftRegistry registry, bytes32 policyId) {
        DRIFT_REGISTRY = registry;
        DRIFT_POLICY_ID = policyId;
        (DRIFT_BASE_MODEL_ID, , ) = registry.policy(policyId);
    }

    /// @dev A stranger's certificate can take a model's parent away (docs/registry.md, "What the registry does not
    /// say"): offer `_requireWithinBy` beside it.
    function _requireWithin(bytes32 modelId) internal view {
        if (!DRIFT_REGISTRY.isWithin(modelId, DRIFT_BASE_MODEL_ID, DRIFT_POLICY_ID)) {
            revert ModelNotWithin(modelId, DRIFT_POLICY_ID);
        }
    }

    /// @dev Reverts as the registry does where a step is no active certificate.
    function _requireWithinBy(Step[] calldata steps, bytes32 modelId) internal view {
        if (!DRIFT_REGISTRY.isWithinBy(steps, modelId, DRIFT_POLICY_ID)) {
            revert ModelNotWithin(modelId, DRIFT_POLICY_ID);
        }
    }
}
