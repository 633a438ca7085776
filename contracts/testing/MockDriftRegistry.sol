// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDriftRegistry, RuleBounds, Step, TileRange} from "../interfaces/IDriftRegistry.sol";

/// @title A registry of settable answers, for unit tests of contracts that ask one
/// @notice Has what a `DriftGate` asks, cast with `IDriftRegistry(address(mock))`; every other call reverts. Anybody
/// sets the answers: never to be relied on.
contract MockDriftRegistry {
    mapping(bytes32 policyId => bytes32 baseModelId) private _bases;
    mapping(bytes32 modelId => mapping(bytes32 policyId => bool)) private _within;

    /// @notice From now on there is such a policy.
    /// @param policyId Of the policy.
    /// @param baseModelId The model that it is about; 0 takes the policy away.
    function setPolicy(bytes32 policyId, bytes32 baseModelId) external {
        _bases[policyId] = baseModelId;
    }

    /// @notice From now on a model is within a policy of its base, or not any more.
    /// @param modelId Of the model.
    /// @param policyId Of the policy.
    /// @param isProven Whether it is.
    function setWithin(bytes32 modelId, bytes32 policyId, bool isProven) external {
        _within[modelId][policyId] = isProven;
    }

    /// @notice The base of a policy, whose rules are left out. Reverts with `UnknownPolicy`, as a registry does.
    /// @param policyId Of the policy.
    /// @return baseModelId As set.
    /// @return rules None.
    /// @return ranges None.
    function policy(
        bytes32 policyId
    ) external view returns (bytes32 baseModelId, RuleBounds[] memory rules, TileRange[] memory ranges) {
        baseModelId = _bases[policyId];
        if (baseModelId == 0) revert IDriftRegistry.UnknownPolicy(policyId);
        return (baseModelId, rules, ranges);
    }

    /// @notice As set, for the base of the policy; true for the base itself.
    /// @param modelId Of the model.
    /// @param ancestorId Of the policy's base.
    /// @param policyId Of the policy.
    /// @return isProven Whether it is.
    function isWithin(bytes32 modelId, bytes32 ancestorId, bytes32 policyId) external view returns (bool isProven) {
        return ancestorId != 0 && ancestorId == _bases[policyId] && _isWithin(modelId, policyId);
    }

    /// @notice As set, whatever the steps are.
    /// @param modelId Of the model.
    /// @param policyId Of the policy.
    /// @return isProven Whether it is.
    function isWithinBy(Step[] calldata, bytes32 modelId, bytes32 policyId) external view returns (bool isProven) {
        return _bases[policyId] != 0 && _isWithin(modelId, policyId);
    }

    function _isWithin(bytes32 modelId, bytes32 policyId) private view returns (bool) {
        return modelId == _bases[policyId] || _within[modelId][policyId];
    }
}
