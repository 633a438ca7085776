// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {
    CertificateRecord,
    IDriftRegistry,
    Metadata,
    ModelParts,
    RuleBounds,
    Status,
    TileRange
} from "../interfaces/IDriftRegistry.sol";
import {Ids} from "../libraries/Ids.sol";
import {PolicyMath} from "../PolicyMath.sol";

/// @title What a registry stores
/// @notice One word for a model and one more for its parent, one for a certificate, two for a policy and one for each
/// of its rules and every five ranges of tiles after a rule's first. What content addresses are made of is not stored:
/// whoever needs it brings it, and it is hashed.
abstract contract Records is IDriftRegistry {
    struct StoredModel {
        address registrant;
        uint40 registeredAt;
        uint8 t;
        uint32 tileCount;
        bool isRestricted;
    }

    struct StoredPolicy {
        bytes32 baseModelId;
        /// `RuleWords`
        uint256[] words;
    }

    /// @dev `ended`: `Active`, or `Superseded` or `Revoked`; whether it has expired, time tells.
    struct StoredCertificate {
        address publisher;
        uint40 registeredAt;
        uint40 expiresAt;
        Status ended;
    }

    /// @dev The certificate by which a model has a parent: its policy, which names the base, and its publisher; zero
    /// for the model's registrant, whose certificate was the first that led there.
    struct StoredParent {
        bytes32 policyId;
        address publisher;
    }

    PolicyMath internal immutable _MATH = new PolicyMath();

    mapping(bytes32 modelId => StoredModel record) internal _models;
    mapping(bytes32 policyId => StoredPolicy record) internal _policies;
    mapping(bytes32 certificateId => StoredCertificate record) internal _certificates;
    mapping(bytes32 modelId => StoredParent record) internal _parents;
    mapping(bytes32 modelId => mapping(address publisher => bool isAllowed)) private _derivers;

    /// @inheritdoc IDriftRegistry
    function setDeriver(bytes32 modelId, address publisher, bool isAllowed) external {
        StoredModel memory stored = _model(modelId);
        if (stored.registrant != msg.sender) revert NotTheRegistrant(modelId, stored.registrant);
        if (!stored.isRestricted) revert ModelNotRestricted(modelId);
        _derivers[modelId][publisher] = isAllowed;
        emit DeriverSet(modelId, publisher, isAllowed);
    }

    /// @inheritdoc IDriftRegistry
    function publishMetadata(bytes32 subjectId, Metadata calldata metadata) external {
        _announce(subjectId, msg.sender, metadata.contentHash, metadata.uri);
    }

    /// @inheritdoc IDriftRegistry
    function isCertified(
        address publisher,
        bytes32 baseModelId,
        bytes32 tunedModelId,
        bytes32 policyId
    ) external view returns (bool isActive) {
        bytes32 id = Ids.certificateId(publisher, baseModelId, tunedModelId, policyId);
        return _statusOf(_certificates[id]) == Status.Active;
    }

    /// @inheritdoc IDriftRegistry
    function certificate(bytes32 certificateId) external view returns (CertificateRecord memory record) {
        StoredCertificate storage stored = _certificate(certificateId);
        return
            CertificateRecord({
                publisher: stored.publisher,
                registeredAt: stored.registeredAt,
                expiresAt: stored.expiresAt,
                status: _statusOf(stored)
            });
    }

    /// @inheritdoc IDriftRegistry
    function policy(bytes32 policyId) external view returns (bytes32, RuleBounds[] memory, TileRange[] memory) {
        StoredPolicy storage stored = _policies[policyId];
        if (stored.baseModelId == 0) revert UnknownPolicy(policyId);
        uint256[] memory words = stored.words;
        _answer(abi.encodeCall(_MATH.unpack, (stored.baseModelId, words)));
    }

    /// @inheritdoc IDriftRegistry
    function mayDerive(bytes32 modelId, address publisher) external view returns (bool isAllowed) {
        return _mayDerive(modelId, publisher, _model(modelId));
    }

    /// @dev What `_MATH` answers to a call. Reverts as it does.
    function _ask(bytes memory question) internal view returns (bytes memory answer) {
        bool success;
        (success, answer) = address(_MATH).staticcall(question);
        assembly ("memory-safe") {
            if iszero(success) {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }

    /// @dev Ends the call with what `_MATH` answers, word for word: the answers have the types that the callers have.
    function _answer(bytes memory question) internal view {
        bytes memory answer = _ask(question);
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }

    function _announce(bytes32 subjectId, address publisher, bytes32 contentHash, string calldata uri) internal {
        emit MetadataPublished(subjectId, publisher, contentHash, uri);
    }

    /// @dev The policy must be new.
    function _storePolicy(bytes32 policyId, bytes32 baseModelId, uint256[] memory words) internal {
        StoredPolicy storage stored = _policies[policyId];
        if (stored.baseModelId != 0) revert PolicyAlreadyRegistered(policyId);
        stored.baseModelId = baseModelId;
        uint256[] storage target = stored.words;
        assembly ("memory-safe") {
            let count := mload(words)
            sstore(target.slot, count)
            mstore(0x00, target.slot)
            let slot := keccak256(0x00, 0x20)
            for {
                let word := add(words, 0x20)
            } count {
                count := sub(count, 1)
            } {
                sstore(slot, mload(word))
                slot := add(slot, 1)
                word := add(word, 0x20)
            }
        }
    }

    /// @dev The model must be new.
    function _storeModel(bytes32 modelId, ModelParts memory parts, address registrant, bool isRestricted) internal {
        _models[modelId] = StoredModel({
            registrant: registrant,
            registeredAt: uint40(block.timestamp),
            t: parts.t,
            tileCount: parts.tileCount,
            isRestricted: isRestricted
        });
        emit ModelRegistered(
            modelId,
            registrant,
            parts.manifestHash,
            parts.t,
            parts.tileCount,
            parts.classTableHash,
            parts.merkleRoot,
            isRestricted
        );
    }

    function _isRegistered(bytes32 modelId) internal view returns (bool) {
        return _models[modelId].registrant != address(0);
    }

    function _model(bytes32 modelId) internal view returns (StoredModel memory stored) {
        stored = _models[modelId];
        if (stored.registrant == address(0)) revert UnknownModel(modelId);
    }

    function _mayDerive(bytes32 modelId, address publisher, StoredModel memory stored) internal view returns (bool) {
        return !stored.isRestricted || stored.registrant == publisher || _derivers[modelId][publisher];
    }

    /// @dev The words of a policy about that base.
    function _policyWords(bytes32 policyId, bytes32 baseModelId) internal view returns (uint256[] storage) {
        StoredPolicy storage stored = _policies[policyId];
        if (stored.baseModelId == 0) revert UnknownPolicy(policyId);
        if (stored.baseModelId != baseModelId) revert PolicyOfOtherBase(stored.baseModelId, baseModelId);
        return stored.words;
    }

    function _certificate(bytes32 certificateId) internal view returns (StoredCertificate storage stored) {
        stored = _certificates[certificateId];
        if (stored.publisher == address(0)) revert UnknownCertificate(certificateId);
    }

    /// @dev Reverts unless the certificate is active.
    function _activeCertificate(bytes32 certificateId) internal view returns (StoredCertificate storage stored) {
        stored = _certificate(certificateId);
        Status status = _statusOf(stored);
        if (status != Status.Active) revert CertificateNotActive(certificateId, status);
    }

    /// @dev `None` for an unknown certificate.
    function _statusOf(StoredCertificate storage stored) internal view returns (Status) {
        (Status ended, uint256 expiresAt) = (stored.ended, stored.expiresAt);
        bool isExpired = ended == Status.Active && expiresAt != 0 && block.timestamp >= expiresAt;
        return isExpired ? Status.Expired : ended;
    }
}
