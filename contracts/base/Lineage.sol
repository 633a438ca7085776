// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Ancestor, DriftInterval, IDriftRegistry, ModelRecord, Status, Step} from "../interfaces/IDriftRegistry.sol";
import {Ids} from "../libraries/Ids.sol";
import {Records} from "./Records.sol";

/// @title Descent of models
/// @notice A model has at most one parent at a time: the base of the certificate that first led to it, or, once that
/// one is not active any more, of another active one. No model is ever its own ancestor. Children are in the logs.
abstract contract Lineage is Records {
    /// @dev Longest way up that the registry itself takes.
    uint256 internal constant MAX_GENERATIONS = 64;

    /// @inheritdoc IDriftRegistry
    function adoptParent(address publisher, bytes32 policyId, bytes32 tunedModelId) external {
        bytes32 baseModelId = _policies[policyId].baseModelId;
        bytes32 certificateId = Ids.certificateId(publisher, baseModelId, tunedModelId, policyId);
        _activeCertificate(certificateId);
        if (!_adopt(tunedModelId, baseModelId, certificateId, publisher, policyId)) {
            revert ParentNotReplaced(tunedModelId);
        }
    }

    /// @inheritdoc IDriftRegistry
    function model(bytes32 modelId) external view returns (ModelRecord memory record) {
        StoredModel memory stored = _model(modelId);
        (bytes32 baseModelId, bytes32 certificateId) = _parentOf(modelId);
        return
            ModelRecord({
                registrant: stored.registrant,
                registeredAt: stored.registeredAt,
                t: stored.t,
                tileCount: stored.tileCount,
                isRestricted: stored.isRestricted,
                parentCertificateId: baseModelId == 0 ? bytes32(0) : certificateId
            });
    }

    /// @inheritdoc IDriftRegistry
    function ancestors(bytes32 modelId, uint256 most) external view returns (Ancestor[] memory list) {
        _model(modelId);
        // Counted first: `most` can be any number.
        uint256 count = 0;
        for (bytes32 up = modelId; count < most; ++count) {
            (up, ) = _parentOf(up);
            if (up == 0) break;
        }
        list = new Ancestor[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 policyId = _parents[modelId].policyId;
            bytes32 certificateId;
            (modelId, certificateId) = _parentOf(modelId);
            list[i] = Ancestor(modelId, certificateId, policyId, _statusOf(_certificates[certificateId]));
        }
    }

    /// @inheritdoc IDriftRegistry
    function driftFrom(
        bytes32 modelId,
        bytes32 ancestorId,
        uint256 most
    ) external view returns (DriftInterval[] memory) {
        _model(modelId);
        (uint256[][] memory policies, bool isActive) = _descent(modelId, ancestorId, most);
        if (!isActive) revert NotAnAncestor(modelId, ancestorId);
        _answerIntervals(policies);
    }

    /// @inheritdoc IDriftRegistry
    function accumulatedDrift(
        Step[] calldata steps,
        bytes32 tunedModelId
    ) external view returns (DriftInterval[] memory) {
        (uint256[][] memory policies, ) = _path(steps, tunedModelId);
        _answerIntervals(policies);
    }

    /// @inheritdoc IDriftRegistry
    function isWithin(bytes32 modelId, bytes32 ancestorId, bytes32 policyId) external view returns (bool isProven) {
        if (!_isRegistered(modelId)) return false;
        (uint256[][] memory policies, bool isActive) = _descent(modelId, ancestorId, MAX_GENERATIONS);
        return isActive && _fits(policies, ancestorId, policyId);
    }

    /// @inheritdoc IDriftRegistry
    function isWithinBy(
        Step[] calldata steps,
        bytes32 modelId,
        bytes32 policyId
    ) external view returns (bool isProven) {
        (uint256[][] memory policies, bytes32 ancestorId) = _path(steps, modelId);
        return _fits(policies, ancestorId, policyId);
    }

    /// @dev Whether what all policies allow together is what another one of that base does. False if there is none.
    function _fits(uint256[][] memory policies, bytes32 baseModelId, bytes32 policyId) private view returns (bool) {
        StoredPolicy storage target = _policies[policyId];
        uint256[] memory words = target.words;
        return baseModelId != 0 && target.baseModelId == baseModelId && _MATH.fits(policies, words);
    }

    function _answerIntervals(uint256[][] memory policies) private view {
        _answer(abi.encodeCall(_MATH.intervals, (policies)));
    }

    /// @dev Makes a certificate the one by which the tuned model has a parent, unless that would replace an active one
    /// or make the model its own ancestor. Bases that are too deep to tell are not adopted either.
    function _adopt(
        bytes32 tunedModelId,
        bytes32 baseModelId,
        bytes32 certificateId,
        address publisher,
        bytes32 policyId
    ) internal returns (bool) {
        (bytes32 up, bytes32 current) = _parentOf(tunedModelId);
        if (_statusOf(_certificates[current]) == Status.Active) return false;
        up = baseModelId;
        for (uint256 i = 0; up != 0; ++i) {
            if (up == tunedModelId || i == MAX_GENERATIONS) return false;
            (up, ) = _parentOf(up);
        }
        _parents[tunedModelId] = StoredParent({policyId: policyId, publisher: publisher});
        emit ParentSet(tunedModelId, certificateId);
        return true;
    }

    /// @dev Zero, and no certificate's id, for a model without a parent.
    function _parentOf(bytes32 modelId) private view returns (bytes32 baseModelId, bytes32 certificateId) {
        StoredParent storage parent = _parents[modelId];
        (bytes32 policyId, address publisher) = (parent.policyId, parent.publisher);
        baseModelId = _policies[policyId].baseModelId;
        if (publisher == address(0)) publisher = _models[modelId].registrant;
        certificateId = Ids.certificateId(publisher, baseModelId, modelId, policyId);
    }

    /// @dev Policies from a model up to an ancestor, at most that many; not active if one's certificate is not, or if
    /// the ancestor is not found.
    function _descent(
        bytes32 modelId,
        bytes32 ancestorId,
        uint256 most
    ) private view returns (uint256[][] memory policies, bool isActive) {
        uint256 count = 0;
        for (bytes32 up = modelId; up != ancestorId; ++count) {
            bytes32 certificateId;
            (up, certificateId) = _parentOf(up);
            if (up == 0 || count == most || _statusOf(_certificates[certificateId]) != Status.Active) {
                return (policies, false);
            }
        }
        policies = new uint256[][](count);
        for (uint256 i = 0; i < count; ++i) {
            policies[i] = _policies[_parents[modelId].policyId].words;
            (modelId, ) = _parentOf(modelId);
        }
        return (policies, true);
    }

    /// @dev Policies of a path of active certificates, and where it begins.
    function _path(
        Step[] calldata steps,
        bytes32 modelId
    ) private view returns (uint256[][] memory policies, bytes32 ancestorId) {
        policies = new uint256[][](steps.length);
        for (uint256 i = steps.length; i != 0;) {
            --i;
            Step calldata step = steps[i];
            StoredPolicy storage itsPolicy = _policies[step.policyId];
            bytes32 baseModelId = itsPolicy.baseModelId;
            _activeCertificate(Ids.certificateId(step.publisher, baseModelId, modelId, step.policyId));
            policies[i] = itsPolicy.words;
            modelId = baseModelId;
        }
        ancestorId = modelId;
    }
}
