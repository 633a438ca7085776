// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Lineage} from "./base/Lineage.sol";
import {Routes} from "./base/Routes.sol";
import {Verification} from "./base/Verification.sol";
import {
    CertifyParams,
    ClassStart,
    IDriftRegistry,
    ModelParts,
    RuleBounds,
    SrsPoints,
    Status,
    TileRange
} from "./interfaces/IDriftRegistry.sol";
import {Ids} from "./libraries/Ids.sol";
import {RuleWords} from "./libraries/RuleWords.sol";
import {PolicyMath} from "./PolicyMath.sol";

/// @title DriftRegistry
/// @notice See `IDriftRegistry`. The owner has power over new verifying keys alone, see `Routes`.
contract DriftRegistry is Verification, Lineage, EIP712, Nonces, ERC165 {
    bytes32 private constant _CERTIFY_TYPEHASH = keccak256(
        "Certify(address publisher,bytes32 baseModelId,bytes32 tunedModelId,bytes32 policyId,uint256 expiresAt,"
        "string metadataURI,bytes32 metadataHash,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant _REVOKE_TYPEHASH = keccak256(
        "Revoke(address publisher,bytes32[] certificateIds,string reason,uint256 nonce,uint256 deadline)"
    );

    /// @notice Fixes the SRS for good, and the first verifying keys.
    /// @param owner_ Who can add and freeze verifying keys; zero for nobody.
    /// @param tierVerifiers The first verifying keys.
    /// @param srs Points of the SRS of all models.
    constructor(
        address owner_,
        TierVerifier[] memory tierVerifiers,
        SrsPoints memory srs
    ) Routes(owner_, tierVerifiers) Verification(srs) EIP712("DriftRegistry", "2") {}

    /// @inheritdoc IDriftRegistry
    function registerModel(
        bytes32 modelSrsId,
        ModelParts calldata parts,
        bool isRestricted,
        string calldata manifestURI
    ) external returns (bytes32 modelId) {
        if (modelSrsId != _SRS_ID) revert SrsMismatch(_SRS_ID, modelSrsId);
        if (parts.t == 0 || parts.tileCount == 0 || parts.tileCount > RuleWords.MAX_TILES)
            revert InvalidModelShape(parts.t, parts.tileCount);
        modelId = _modelId(parts, parts.merkleRoot);
        if (_isRegistered(modelId)) revert ModelAlreadyRegistered(modelId);
        _storeModel(modelId, parts, msg.sender, isRestricted);
        if (bytes(manifestURI).length != 0) {
            _announce(modelId, msg.sender, parts.manifestHash, manifestURI);
        }
    }

    /// @inheritdoc IDriftRegistry
    /// @dev The arguments go to `_MATH` as they came, with the base's id behind them; the event's data come from there.
    function registerPolicy(
        ModelParts calldata base,
        ClassStart[] calldata classes,
        RuleBounds[] calldata rules,
        TileRange[] calldata ranges
    ) external returns (bytes32 policyId) {
        (classes, rules, ranges);
        bytes32 baseModelId = _modelId(base, base.merkleRoot);
        _model(baseModelId);
        bytes memory answer = _ask(bytes.concat(PolicyMath.pack.selector, msg.data[4:], baseModelId));
        uint256[] memory words;
        bytes memory told;
        (policyId, words, told) = abi.decode(answer, (bytes32, uint256[], bytes));
        _storePolicy(policyId, baseModelId, words);
        bytes32 topic = PolicyRegistered.selector;
        assembly ("memory-safe") {
            log4(add(told, 0x20), mload(told), topic, policyId, baseModelId, caller())
        }
    }

    /// @inheritdoc IDriftRegistry
    function certify(CertifyParams calldata params) external returns (bytes32 certificateId) {
        (bytes32 baseModelId, bytes32 tunedModelId) = _modelIdsOf(params);
        return _certify(params, msg.sender, baseModelId, tunedModelId);
    }

    /// @inheritdoc IDriftRegistry
    function certifyMany(CertifyParams[] calldata params) external returns (bytes32[] memory certificateIds) {
        certificateIds = new bytes32[](params.length);
        for (uint256 i = 0; i < params.length; ++i) {
            (bytes32 baseModelId, bytes32 tunedModelId) = _modelIdsOf(params[i]);
            certificateIds[i] = _certify(params[i], msg.sender, baseModelId, tunedModelId);
        }
    }

    /// @inheritdoc IDriftRegistry
    function certifyFor(
        CertifyParams calldata params,
        address publisher,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 certificateId) {
        (bytes32 baseModelId, bytes32 tunedModelId) = _modelIdsOf(params);
        bytes memory request = abi.encode(
            _CERTIFY_TYPEHASH,
            publisher,
            baseModelId,
            tunedModelId,
            params.policyId,
            params.expiresAt,
            keccak256(bytes(params.metadata.uri)),
            params.metadata.contentHash,
            _useNonce(publisher),
            deadline
        );
        _requireSignature(publisher, request, deadline, signature);
        return _certify(params, publisher, baseModelId, tunedModelId);
    }

    /// @inheritdoc IDriftRegistry
    function revoke(bytes32[] calldata certificateIds, string calldata reason) external {
        _revoke(msg.sender, certificateIds, reason);
    }

    /// @inheritdoc IDriftRegistry
    function revokeFor(
        bytes32[] calldata certificateIds,
        string calldata reason,
        address publisher,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes memory request = abi.encode(
            _REVOKE_TYPEHASH,
            publisher,
            keccak256(abi.encodePacked(certificateIds)),
            keccak256(bytes(reason)),
            _useNonce(publisher),
            deadline
        );
        _requireSignature(publisher, request, deadline, signature);
        _revoke(publisher, certificateIds, reason);
    }

    /// @inheritdoc IDriftRegistry
    function supersede(bytes32 oldId, bytes32 newId) external {
        StoredCertificate storage oldOne = _activeCertificate(oldId);
        if (oldOne.publisher != msg.sender) revert NotThePublisher(oldId, oldOne.publisher);
        oldOne.ended = Status.Superseded;
        // After that, so that the old one cannot be the new one.
        StoredCertificate storage newOne = _activeCertificate(newId);
        if (newOne.publisher != msg.sender) revert NotThePublisher(newId, newOne.publisher);
        emit CertificateSuperseded(oldId, newId);
    }

    /// @inheritdoc ERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool isSupported) {
        return interfaceId == type(IDriftRegistry).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev The ids must be those of the parameters.
    function _certify(
        CertifyParams calldata params,
        address publisher,
        bytes32 baseModelId,
        bytes32 tunedModelId
    ) private returns (bytes32 certificateId) {
        if (!_mayDerive(baseModelId, publisher, _model(baseModelId))) revert NotAllowedToDerive(baseModelId, publisher);
        if (params.expiresAt != 0 && params.expiresAt <= block.timestamp) {
            revert ExpiresTooEarly(params.expiresAt, block.timestamp);
        }
        uint256[] storage words = _policyWords(params.policyId, baseModelId);
        certificateId = Ids.certificateId(publisher, baseModelId, tunedModelId, params.policyId);
        if (_certificates[certificateId].publisher != address(0)) revert CertificateAlreadyRegistered(certificateId);

        Walk memory walk;
        (walk.publisher, walk.baseModelId, walk.policyId) = (publisher, baseModelId, params.policyId);
        _verifySegments(params, words, walk);

        _certificates[certificateId] = StoredCertificate({
            publisher: publisher,
            registeredAt: uint40(block.timestamp),
            expiresAt: params.expiresAt,
            ended: Status.Active
        });
        if (_isRegistered(tunedModelId)) {
            _adopt(tunedModelId, baseModelId, certificateId, publisher, params.policyId);
        } else {
            ModelParts memory tuned = params.base;
            tuned.merkleRoot = params.tunedMerkleRoot;
            _storeModel(tunedModelId, tuned, publisher, false);
            // New, so nobody's ancestor; and the publisher is its registrant.
            _parents[tunedModelId].policyId = params.policyId;
        }
        emit CertificateRegistered(
            tunedModelId,
            baseModelId,
            certificateId,
            publisher,
            params.policyId,
            params.expiresAt,
            walk.changedTiles,
            walk.routeIds
        );
        emit CertificatePublished(publisher, params.policyId, certificateId);
        if (bytes(params.metadata.uri).length != 0) {
            _announce(certificateId, publisher, params.metadata.contentHash, params.metadata.uri);
        }
    }

    function _revoke(address publisher, bytes32[] calldata certificateIds, string calldata reason) private {
        for (uint256 i = 0; i < certificateIds.length; ++i) {
            bytes32 id = certificateIds[i];
            StoredCertificate storage stored = _certificate(id);
            if (stored.publisher != publisher) revert NotThePublisher(id, stored.publisher);
            if (stored.ended == Status.Revoked) revert CertificateNotActive(id, Status.Revoked);
            stored.ended = Status.Revoked;
            emit CertificateRevoked(id);
        }
        emit RevocationExplained(publisher, certificateIds.length, reason);
    }

    function _requireSignature(
        address publisher,
        bytes memory request,
        uint256 deadline,
        bytes calldata signature
    ) private view {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        bytes32 digest = _hashTypedDataV4(keccak256(request));
        if (!SignatureChecker.isValidSignatureNowCalldata(publisher, digest, signature)) {
            revert InvalidSignature(publisher);
        }
    }

    function _modelIdsOf(
        CertifyParams calldata params
    ) private view returns (bytes32 baseModelId, bytes32 tunedModelId) {
        ModelParts memory base = params.base;
        return (_modelId(base, base.merkleRoot), _modelId(base, params.tunedMerkleRoot));
    }
}
