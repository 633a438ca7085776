// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "./generated/Constants.sol";
import {
    CertificateRecord,
    CertifyParams,
    IDriftRegistry,
    ModelParts,
    ModelRecord,
    Rule,
    Segment,
    SrsPoints
} from "./interfaces/IDriftRegistry.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {Bn254, G1Point, G2Point} from "./libraries/Bn254.sol";
import {Commitments} from "./libraries/Commitments.sol";
import {Ids} from "./libraries/Ids.sol";
import {Mercury} from "./libraries/Mercury.sol";
import {PolicyRules} from "./libraries/PolicyRules.sol";
import {Statement} from "./libraries/Statement.sol";

/// @title DriftRegistry
/// @notice See `IDriftRegistry`. Verifiers and SRS are fixed at construction.
contract DriftRegistry is IDriftRegistry {
    /// @notice The Groth16 verifier of a tier's circuit.
    struct TierVerifier {
        uint256 tierId;
        IGroth16Verifier verifier;
    }

    struct Policy {
        bytes32 baseModelId;
        Rule[] rules;
    }

    /// @dev A `CertificateRecord` but for the base, which the policy names.
    struct StoredCertificate {
        address publisher;
        uint48 registeredAt;
        uint48 blockNumber;
        bytes32 tunedModelId;
        bytes32 policyId;
    }

    bytes32 private immutable _SRS_ID;
    uint256 private immutable _BLINDING_BASE_X;
    uint256 private immutable _BLINDING_BASE_Y;
    uint256 private immutable _TAU2_X1;
    uint256 private immutable _TAU2_X0;
    uint256 private immutable _TAU2_Y1;
    uint256 private immutable _TAU2_Y0;

    mapping(uint256 tierId => IGroth16Verifier verifier) private _verifiers;
    mapping(bytes32 modelId => ModelRecord record) private _models;
    mapping(bytes32 policyId => Policy policy) private _policies;
    mapping(bytes32 certificateId => StoredCertificate record) private _certificates;

    /// @notice Fixes the verifiers and the SRS for good.
    /// @param tierVerifiers Supported tiers; at most one verifier each.
    /// @param srs Points of the SRS of all models. `τ` must agree between the groups; that `[β]_1` has an unknown
    /// logarithm is the ceremony's claim.
    constructor(TierVerifier[] memory tierVerifiers, SrsPoints memory srs) {
        Bn254.requireOnCurve(srs.tau1.x, srs.tau1.y);
        Bn254.requireOnCurve(srs.blindingBase.x, srs.blindingBase.y);
        if (Bn254.isInfinity(srs.tau1) || Bn254.isInfinity(srs.blindingBase)) revert InvalidSrs();
        // e([τ]_1, [1]_2) = e([1]_1, [τ]_2); the precompile refuses a [τ]_2 outside of G2.
        if (!Bn254.pairingsAgree(srs.tau1, G1Point(1, 2), srs.tau2)) revert InvalidSrs();
        _BLINDING_BASE_X = srs.blindingBase.x;
        _BLINDING_BASE_Y = srs.blindingBase.y;
        _TAU2_X1 = srs.tau2.x[0];
        _TAU2_X0 = srs.tau2.x[1];
        _TAU2_Y1 = srs.tau2.y[0];
        _TAU2_Y0 = srs.tau2.y[1];
        bytes32 id = Ids.srsId(srs);
        _SRS_ID = id;

        for (uint256 i = 0; i < tierVerifiers.length; ++i) {
            (uint256 tierId, IGroth16Verifier verifier) = (tierVerifiers[i].tierId, tierVerifiers[i].verifier);
            Constants.tierShape(tierId); // reverts for an unknown tier
            if (address(verifier).code.length == 0) revert VerifierHasNoCode(tierId, address(verifier));
            if (address(_verifiers[tierId]) != address(0)) revert TierConfiguredTwice(tierId);
            _verifiers[tierId] = verifier;
            emit VerifierConfigured(tierId, address(verifier), id);
        }
    }

    /// @inheritdoc IDriftRegistry
    function registerModel(
        bytes32 modelSrsId,
        ModelParts calldata parts,
        string calldata manifestURI
    ) external returns (bytes32 modelId) {
        if (modelSrsId != _SRS_ID) revert SrsMismatch(_SRS_ID, modelSrsId);
        if (parts.t == 0 || parts.tileCount == 0) revert InvalidModelShape(parts.t, parts.tileCount);
        modelId = Ids.modelId(_SRS_ID, parts.t, parts.tileCount, parts.manifestHash, parts.merkleRoot);
        if (_models[modelId].registrant != address(0)) revert ModelAlreadyRegistered(modelId);
        _storeModel(
            modelId,
            ModelRecord({
                manifestHash: parts.manifestHash,
                merkleRoot: parts.merkleRoot,
                registrant: msg.sender,
                t: parts.t,
                tileCount: parts.tileCount,
                registeredAt: uint48(block.timestamp)
            })
        );
        if (bytes(manifestURI).length != 0) emit ManifestPublished(modelId, msg.sender, manifestURI);
    }

    /// @inheritdoc IDriftRegistry
    function publishManifest(bytes32 modelId, string calldata manifestURI) external {
        _model(modelId);
        emit ManifestPublished(modelId, msg.sender, manifestURI);
    }

    /// @inheritdoc IDriftRegistry
    function registerPolicy(bytes32 baseModelId, Rule[] calldata rules) external returns (bytes32 policyId) {
        PolicyRules.requireWellFormed(rules, _model(baseModelId).tileCount);
        policyId = Ids.policyId(baseModelId, rules);
        Policy storage stored = _policies[policyId];
        if (stored.baseModelId != 0) revert PolicyAlreadyRegistered(policyId);
        stored.baseModelId = baseModelId;
        for (uint256 i = 0; i < rules.length; ++i) {
            stored.rules.push(rules[i]);
        }
        emit PolicyRegistered(policyId, baseModelId, msg.sender, rules);
    }

    /// @inheritdoc IDriftRegistry
    function certify(CertifyParams calldata params) external returns (bytes32 certificateId) {
        ModelRecord memory base = _model(params.baseModelId);
        Rule[] storage rules = _policyRules(params.policyId, params.baseModelId);
        bytes32 tunedModelId = _modelIdWith(base, params.tunedMerkleRoot);
        certificateId = Ids.certificateId(msg.sender, params.baseModelId, tunedModelId, params.policyId);
        if (_certificates[certificateId].publisher != address(0)) revert CertificateAlreadyRegistered(certificateId);

        uint256 changedTiles = _verifySegments(params, base, rules);

        _certificates[certificateId] = StoredCertificate({
            publisher: msg.sender,
            registeredAt: uint48(block.timestamp),
            blockNumber: uint48(block.number),
            tunedModelId: tunedModelId,
            policyId: params.policyId
        });
        if (_models[tunedModelId].registrant == address(0)) {
            base.merkleRoot = params.tunedMerkleRoot;
            base.registrant = msg.sender;
            base.registeredAt = uint48(block.timestamp);
            _storeModel(tunedModelId, base);
        }
        emit CertificateRegistered(
            tunedModelId,
            params.baseModelId,
            params.policyId,
            certificateId,
            msg.sender,
            params.segments.length,
            changedTiles
        );
    }

    /// @inheritdoc IDriftRegistry
    function isCertified(
        address publisher,
        bytes32 baseModelId,
        bytes32 tunedModelId,
        bytes32 policyId
    ) external view returns (bool isRegistered) {
        bytes32 id = Ids.certificateId(publisher, baseModelId, tunedModelId, policyId);
        return _certificates[id].publisher != address(0);
    }

    /// @inheritdoc IDriftRegistry
    function certificate(bytes32 certificateId) external view returns (CertificateRecord memory record) {
        StoredCertificate memory stored = _certificates[certificateId];
        if (stored.publisher == address(0)) revert UnknownCertificate(certificateId);
        return
            CertificateRecord({
                publisher: stored.publisher,
                registeredAt: stored.registeredAt,
                blockNumber: stored.blockNumber,
                baseModelId: _policies[stored.policyId].baseModelId,
                tunedModelId: stored.tunedModelId,
                policyId: stored.policyId
            });
    }

    /// @inheritdoc IDriftRegistry
    function model(bytes32 modelId) external view returns (ModelRecord memory record) {
        return _model(modelId);
    }

    /// @inheritdoc IDriftRegistry
    function policy(bytes32 policyId) external view returns (bytes32 baseModelId, Rule[] memory rules) {
        Policy storage stored = _policies[policyId];
        if (stored.baseModelId == 0) revert UnknownPolicy(policyId);
        return (stored.baseModelId, stored.rules);
    }

    /// @inheritdoc IDriftRegistry
    function verifierOf(uint256 tierId) external view returns (address verifier) {
        return address(_verifiers[tierId]);
    }

    /// @inheritdoc IDriftRegistry
    function srsId() external view returns (bytes32 id) {
        return _SRS_ID;
    }

    /// @dev Walks the chain of roots from the base to the tuned model. Returns the number of changed tiles.
    function _verifySegments(
        CertifyParams calldata params,
        ModelRecord memory base,
        Rule[] storage rules
    ) private view returns (uint256 changedTiles) {
        if (params.segments.length == 0) revert NoSegments();
        Statement.Context memory context = Statement.Context({
            publisher: msg.sender,
            prevModelId: params.baseModelId,
            nextModelId: 0,
            policyId: params.policyId
        });
        uint256[] memory usedRules = new uint256[]((rules.length + 255) / 256);
        bytes32 root = base.merkleRoot;
        for (uint256 i = 0; i < params.segments.length; ++i) {
            root = _verifySegment(params.segments[i], i, root, base, context, rules, usedRules);
            context.prevModelId = context.nextModelId;
            changedTiles += params.segments[i].tiles.length;
        }
        if (root != params.tunedMerkleRoot) revert TunedRootMismatch(params.tunedMerkleRoot, root);
    }

    /// @dev All checks of one segment. Sets `context.nextModelId`; returns the root after the segment.
    function _verifySegment(
        Segment calldata segment,
        uint256 index,
        bytes32 root,
        ModelRecord memory base,
        Statement.Context memory context,
        Rule[] storage rules,
        uint256[] memory usedRules
    ) private view returns (bytes32 nextRoot) {
        IGroth16Verifier verifier = _verifiers[segment.tierId];
        if (address(verifier) == address(0)) revert TierNotSupported(segment.tierId);
        Constants.TierShape memory tier = Constants.tierShape(segment.tierId);
        if (tier.t != base.t) revert TierTileSizeMismatch(segment.tierId, tier.t, base.t);

        (uint256[] memory values, Statement.SlotPlan memory plan) = Statement.placeRules(
            rules,
            segment,
            tier,
            usedRules
        );
        Commitments.requireWellFormed(segment.commitments, plan.slots, plan.masks, plan.rankSlots != 0);

        bytes32 baseRoot;
        (baseRoot, nextRoot) = Commitments.roots(segment, plan.rankSlots);
        if (baseRoot != root) revert BaseRootMismatch(index, root, baseRoot);
        if (nextRoot == root) revert SegmentChangesNothing(index);
        context.nextModelId = _modelIdWith(base, nextRoot);

        Statement.bind(values, context, segment, tier);
        uint256[3] memory signals = Statement.publicSignals(values, segment.h);
        if (!_isGroth16Valid(verifier, segment, signals)) revert InvalidGroth16Proof(index);
        if (!_isOpeningValid(segment, signals, plan.masks, Statement.slotsOf(tier))) revert InvalidOpening(index);
    }

    function _isGroth16Valid(
        IGroth16Verifier verifier,
        Segment calldata segment,
        uint256[3] memory signals
    ) private view returns (bool) {
        // The precompiles look at B and C, and at what snarkjs's verifier makes of A: for some non-canonical A.y the
        // negative of a canonical one.
        Bn254.requireOnCurve(segment.groth16.a[0], segment.groth16.a[1]);
        return verifier.verifyProof(segment.groth16.a, segment.groth16.b, segment.groth16.c, signals);
    }

    function _isOpeningValid(
        Segment calldata segment,
        uint256[3] memory signals,
        uint256 masks,
        uint256 tierSlots
    ) private view returns (bool) {
        G1Point memory combined = Commitments.combine(segment.commitments, segment.claim, masks, tierSlots);
        bytes32 seed = keccak256(abi.encode(signals, segment.mercury.blinding));
        Mercury.Srs memory srs = Mercury.Srs({
            blindingBase: G1Point(_BLINDING_BASE_X, _BLINDING_BASE_Y),
            tau2: G2Point({x: [_TAU2_X1, _TAU2_X0], y: [_TAU2_Y1, _TAU2_Y0]})
        });
        return Mercury.verify(srs, combined, segment.claim.z, segment.claim.y, seed, segment.mercury);
    }

    function _storeModel(bytes32 modelId, ModelRecord memory record) private {
        _models[modelId] = record;
        emit ModelRegistered(
            modelId,
            record.registrant,
            record.manifestHash,
            record.t,
            record.tileCount,
            record.merkleRoot
        );
    }

    function _model(bytes32 modelId) private view returns (ModelRecord memory record) {
        record = _models[modelId];
        if (record.registrant == address(0)) revert UnknownModel(modelId);
    }

    function _policyRules(bytes32 policyId, bytes32 baseModelId) private view returns (Rule[] storage) {
        Policy storage stored = _policies[policyId];
        if (stored.baseModelId == 0) revert UnknownPolicy(policyId);
        if (stored.baseModelId != baseModelId) revert PolicyOfOtherBase(stored.baseModelId, baseModelId);
        return stored.rules;
    }

    /// @dev Id of a descendant: everything as in the base but the root.
    function _modelIdWith(ModelRecord memory base, bytes32 merkleRoot) private view returns (bytes32) {
        return Ids.modelId(_SRS_ID, base.t, base.tileCount, base.manifestHash, merkleRoot);
    }
}
