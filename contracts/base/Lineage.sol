// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Ancestor, DriftInterval, IDriftRegistry, Status} from "../interfaces/IDriftRegistry.sol";
import {Ids} from "../libraries/Ids.sol";
import {Records} from "./Records.sol";

/// @title Descent of models
/// @notice A model has at most one parent at a time: the base of the certificate that first led to it, or, once that one
/// is not active any more, of another active one. No model is ever its own ancestor. Children are in the logs.
abstract contract Lineage is Records {
    /// @dev Longest way up that the registry itself takes.
    uint256 internal constant MAX_GENERATIONS = 64;

    /// @inheritdoc IDriftRegistry
    function adoptParent(bytes32 certificateId, bytes32 tunedModelId) external {
        StoredCertificate storage stored = _activeCertificate(certificateId);
        bytes32 baseModelId = _policies[stored.policyId].baseModelId;
        if (!_leadsTo(certificateId, stored, baseModelId, tunedModelId)) revert PathBroken(0, certificateId);
        if (!_adopt(tunedModelId, baseModelId, certificateId)) revert ParentNotReplaced(tunedModelId);
    }

    /// @inheritdoc IDriftRegistry
    function ancestors(bytes32 modelId, uint256 most) external view returns (Ancestor[] memory list) {
        _model(modelId);
        // Counted first: `most` can be any number.
        uint256 count = 0;
        for (bytes32 up = modelId; count < most && _parents[up] != 0; ++count) up = _parentOf(up);
        list = new Ancestor[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 certificateId = _parents[modelId];
            modelId = _parentOf(modelId);
            list[i] = Ancestor(modelId, certificateId, _statusOf(_certificates[certificateId]));
        }
    }

    /// @inheritdoc IDriftRegistry
    function driftFrom(
        bytes32 modelId,
        bytes32 ancestorId,
        uint256 most
    ) external view returns (DriftInterval[] memory intervals) {
        _model(modelId);
        uint256 count = _generations(modelId, ancestorId, most);
        if (count > most) revert NotAnAncestor(modelId, ancestorId);
        uint256[][] memory policies = new uint256[][](count);
        for (uint256 i = 0; i < count; ++i) {
            policies[i] = _policies[_activeCertificate(_parents[modelId]).policyId].rules;
            modelId = _parentOf(modelId);
        }
        return _MATH.intervals(policies);
    }

    /// @inheritdoc IDriftRegistry
    function accumulatedDrift(
        bytes32[] calldata certificateIds,
        bytes32 tunedModelId
    ) external view returns (DriftInterval[] memory intervals) {
        uint256 count = certificateIds.length;
        uint256[][] memory policies = new uint256[][](count);
        for (uint256 i = count; i-- > 0;) {
            StoredCertificate storage stored = _activeCertificate(certificateIds[i]);
            StoredPolicy storage itsPolicy = _policies[stored.policyId];
            if (!_leadsTo(certificateIds[i], stored, itsPolicy.baseModelId, tunedModelId)) {
                revert PathBroken(i, certificateIds[i]);
            }
            tunedModelId = itsPolicy.baseModelId;
            policies[i] = itsPolicy.rules;
        }
        return _MATH.intervals(policies);
    }

    /// @inheritdoc IDriftRegistry
    function isWithin(bytes32 modelId, bytes32 ancestorId, bytes32 policyId) external view returns (bool isProven) {
        StoredPolicy storage target = _policies[policyId];
        if (target.baseModelId != ancestorId || !_isRegistered(modelId)) return false;
        uint256 count = _generations(modelId, ancestorId, MAX_GENERATIONS);
        if (count > MAX_GENERATIONS) return false;
        uint256[][] memory policies = new uint256[][](count);
        for (uint256 i = 0; i < count; ++i) {
            StoredCertificate storage stored = _certificates[_parents[modelId]];
            if (_statusOf(stored) != Status.Active) return false;
            policies[i] = _policies[stored.policyId].rules;
            modelId = _parentOf(modelId);
        }
        return _MATH.fits(policies, target.rules);
    }

    /// @dev Makes a certificate the one by which the tuned model has a parent, unless that would replace an active one or
    /// make the model its own ancestor. Bases that are too deep to tell are not adopted either.
    function _adopt(bytes32 tunedModelId, bytes32 baseModelId, bytes32 certificateId) internal returns (bool) {
        if (_statusOf(_certificates[_parents[tunedModelId]]) == Status.Active) return false;
        bytes32 up = baseModelId;
        for (uint256 i = 0; up != 0; ++i) {
            if (up == tunedModelId || i == MAX_GENERATIONS) return false;
            up = _parentOf(up);
        }
        _setParent(tunedModelId, certificateId);
        return true;
    }

    function _setParent(bytes32 tunedModelId, bytes32 certificateId) internal {
        _parents[tunedModelId] = certificateId;
        emit ParentSet(tunedModelId, certificateId);
    }

    /// @dev Zero for a model without one.
    function _parentOf(bytes32 modelId) private view returns (bytes32) {
        return _policies[_certificates[_parents[modelId]].policyId].baseModelId;
    }

    /// @dev Generations from an ancestor to a model; `most + 1` if it is not found among so many.
    function _generations(bytes32 modelId, bytes32 ancestorId, uint256 most) private view returns (uint256 count) {
        for (; modelId != ancestorId; ++count) {
            modelId = _parentOf(modelId);
            if (modelId == 0 || count == most) return most + 1;
        }
    }

    /// @dev Whether it is that certificate's tuned model, which its id is made of.
    function _leadsTo(
        bytes32 certificateId,
        StoredCertificate storage stored,
        bytes32 baseModelId,
        bytes32 tunedModelId
    ) private view returns (bool) {
        return Ids.certificateId(stored.publisher, baseModelId, tunedModelId, stored.policyId) == certificateId;
    }
}
