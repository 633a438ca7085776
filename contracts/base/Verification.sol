// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../generated/Constants.sol";
import {
    CertifyParams,
    Groth16Proof,
    IDriftRegistry,
    ModelParts,
    RuleUse,
    Segment,
    SrsPoints
} from "../interfaces/IDriftRegistry.sol";
import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {Bn254, Sum} from "../libraries/Bn254.sol";
import {G1Point, G2Point} from "../interfaces/Points.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {Fr} from "../libraries/Fr.sol";
import {Ids} from "../libraries/Ids.sol";
import {Mercury} from "../libraries/Mercury.sol";
import {RuleWords} from "../libraries/RuleWords.sol";
import {Statement} from "../libraries/Statement.sol";
import {Routes} from "./Routes.sol";

/// @title Verification of fine-tunes
/// @notice The SRS is fixed at construction. Writes nothing.
abstract contract Verification is Routes {
    bytes32 internal immutable _SRS_ID;
    uint256 private immutable _BLINDING_BASE_X;
    uint256 private immutable _BLINDING_BASE_Y;
    uint256 private immutable _TAU2_X1;
    uint256 private immutable _TAU2_X0;
    uint256 private immutable _TAU2_Y1;
    uint256 private immutable _TAU2_Y0;

    /// @dev What the segments of a certificate have in common, and what is found on the way.
    struct Walk {
        address publisher;
        bytes32 baseModelId;
        bytes32 policyId;
        uint256 changedTiles;
        bytes32[] routeIds;
        /// Of every rule's bounds, sums over the segments so far; see `Statement`.
        uint256[] shares;
        /// The first tile after those of the segments so far.
        uint256 nextTile;
    }

    /// @notice Checks the SRS and fixes it for good.
    /// @param srs Points of the SRS of all models. `τ` must agree between the groups; that `[β]_1` has an unknown
    /// logarithm is the ceremony's claim.
    constructor(SrsPoints memory srs) {
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
        _SRS_ID = Ids.srsId(srs);
    }

    /// @inheritdoc IDriftRegistry
    function srsId() external view returns (bytes32 id) {
        return _SRS_ID;
    }

    /// @dev Walks the chain of roots from the base to the tuned model. Fills in `changedTiles` and `routeIds`. Virtual
    /// for tests of the records alone.
    function _verifySegments(
        CertifyParams calldata params,
        uint256[] storage policyWords,
        Walk memory walk
    ) internal view virtual {
        uint256 count = params.segments.length;
        if (count == 0) revert NoSegments();
        Statement.Context memory context = Statement.Context({
            publisher: walk.publisher,
            tierId: 0,
            prevModelId: walk.baseModelId,
            nextModelId: 0,
            policyId: walk.policyId
        });
        walk.shares = new uint256[](_rulesUpTo(params.segments));
        walk.routeIds = new bytes32[](count);
        ModelParts memory current = params.base;
        for (uint256 i = 0; i < count; ++i) {
            Segment calldata segment = params.segments[i];
            current.merkleRoot = _verifySegment(segment, i, current, context, policyWords, walk);
            context.prevModelId = context.nextModelId;
            walk.changedTiles += segment.tiles.length;
            walk.routeIds[i] = segment.routeId;
        }
        if (current.merkleRoot != params.tunedMerkleRoot) {
            revert TunedRootMismatch(params.tunedMerkleRoot, current.merkleRoot);
        }
    }

    /// @dev One more than the greatest index of the rules that are used. None is above those that a policy can have.
    function _rulesUpTo(Segment[] calldata segments) private pure returns (uint256 count) {
        for (uint256 i = 0; i < segments.length; ++i) {
            RuleUse[] calldata uses = segments[i].uses;
            for (uint256 place = 0; place < uses.length; ++place) {
                uint256 ruleIndex = uses[place].ruleIndex;
                if (ruleIndex >= RuleWords.MAX_WORDS) revert UnknownRule(ruleIndex);
                if (ruleIndex >= count) count = ruleIndex + 1;
            }
        }
    }

    /// @dev `parts` are the registry's.
    function _modelId(ModelParts memory parts, bytes32 merkleRoot) internal view returns (bytes32) {
        return Ids.modelId(_SRS_ID, parts, merkleRoot);
    }

    /// @dev All checks of one segment. Sets `context.nextModelId`; returns the root after the segment.
    function _verifySegment(
        Segment calldata segment,
        uint256 index,
        ModelParts memory current,
        Statement.Context memory context,
        uint256[] storage policyWords,
        Walk memory walk
    ) private view returns (bytes32 nextRoot) {
        IGroth16Verifier verifier;
        (context.tierId, verifier) = _activeRoute(segment.routeId);
        Constants.TierShape memory tier = Constants.tierShape(context.tierId);
        if (tier.t != current.t) revert TierTileSizeMismatch(context.tierId, tier.t, current.t);

        (uint256[] memory values, Statement.SlotPlan memory plan) = Statement.placeRules(
            policyWords,
            segment,
            tier,
            walk.shares,
            walk.nextTile
        );
        Commitments.requireWellFormed(segment.commitments, plan.slots, plan.masks, plan.rankSlots != 0);

        bytes32 baseRoot;
        (baseRoot, nextRoot, walk.nextTile) = Commitments.roots(segment, walk.nextTile, plan.descent, plan.tilesEnd);
        if (baseRoot != current.merkleRoot) revert BaseRootMismatch(index, current.merkleRoot, baseRoot);
        if (nextRoot == baseRoot) revert SegmentChangesNothing(index);
        context.nextModelId = _modelId(current, nextRoot);

        Statement.bind(values, context, segment, tier);
        uint256[3] memory signals = Statement.publicSignals(values, segment.h);
        Sum memory left = Commitments.combine(segment.commitments, segment.claim, plan.masks, Statement.slotsOf(tier));
        if (_areProofsValid(segment, verifier, signals, left)) return nextRoot;
        // Which of the two it is, a publisher wants to know.
        Groth16Proof calldata proof = segment.groth16;
        if (!verifier.verifyProof(proof.a, proof.b, proof.c, signals)) revert InvalidGroth16Proof(index);
        revert InvalidOpening(index);
    }

    /// @dev Both pairing equations by one call of the precompile: Groth16's product times the opening's to the power
    /// of a challenge. That hashes all that is in either, so that two wrong products cancel with probability `1/p`.
    function _areProofsValid(
        Segment calldata segment,
        IGroth16Verifier verifier,
        uint256[3] memory signals,
        Sum memory left
    ) private view returns (bool areValid) {
        Sum memory right = _openingEquation(segment, signals, left);
        Groth16Proof calldata proof = segment.groth16;
        uint256[24] memory words = verifier.pairingWords(proof.a, proof.b, proof.c, signals);
        uint256[36] memory pairs;
        uint256 behind;
        bytes32 hash;
        assembly ("memory-safe") {
            mcopy(pairs, words, 0x300)
            behind := add(pairs, 0x300)
        }
        G2Point memory tau2 = G2Point({x: [_TAU2_X1, _TAU2_X0], y: [_TAU2_Y1, _TAU2_Y0]});
        Bn254.putPairings(behind, left, right, tau2);
        assembly ("memory-safe") {
            hash := keccak256(pairs, 0x480)
        }
        uint256 challenge = Fr.fromHash(hash);
        Bn254.scale(left, challenge);
        Bn254.scale(right, challenge);
        Bn254.putPairings(behind, left, right, tau2);
        assembly ("memory-safe") {
            // Points of the proof that are none make the precompile fail; it takes the gas that it is given.
            areValid := staticcall(gas(), 0x08, pairs, 0x480, 0x00, 0x20)
            areValid := and(and(areValid, eq(returndatasize(), 0x20)), eq(mload(0x00), 1))
        }
    }

    /// @dev The opening is valid exactly if `e(left, [1]_2) = e(right, [τ]_2)`. `left` is the combined commitment
    /// before.
    function _openingEquation(
        Segment calldata segment,
        uint256[3] memory signals,
        Sum memory left
    ) private view returns (Sum memory right) {
        G1Point memory blindingBase = G1Point(_BLINDING_BASE_X, _BLINDING_BASE_Y);
        bytes32 seed = keccak256(abi.encode(signals, segment.mercury.blinding));
        return Mercury.equation(blindingBase, left, segment.claim.z, segment.claim.y, seed, segment.mercury);
    }
}
