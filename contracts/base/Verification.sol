// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../generated/Constants.sol";
import {CertifyParams, IDriftRegistry, ModelParts, Segment, SrsPoints} from "../interfaces/IDriftRegistry.sol";
import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {Bn254, G1Point, G2Point, Sum} from "../libraries/Bn254.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {Ids} from "../libraries/Ids.sol";
import {Mercury} from "../libraries/Mercury.sol";
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
        /// A bit for each rule.
        uint256[] usedRules;
    }

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

    /// @dev Walks the chain of roots from the base to the tuned model. Fills in `changedTiles` and `routeIds`.
    function _verifySegments(CertifyParams calldata params, uint256[] storage rules, Walk memory walk) internal view {
        uint256 count = params.segments.length;
        if (count == 0) revert NoSegments();
        Statement.Context memory context = Statement.Context({
            publisher: walk.publisher,
            tierId: 0,
            prevModelId: walk.baseModelId,
            nextModelId: 0,
            policyId: walk.policyId
        });
        walk.usedRules = new uint256[]((rules.length + 255) / 256);
        walk.routeIds = new bytes32[](count);
        ModelParts memory current = params.base;
        for (uint256 i = 0; i < count; ++i) {
            Segment calldata segment = params.segments[i];
            current.merkleRoot = _verifySegment(segment, i, current, context, rules, walk.usedRules);
            context.prevModelId = context.nextModelId;
            walk.changedTiles += segment.tiles.length;
            walk.routeIds[i] = segment.routeId;
        }
        if (current.merkleRoot != params.tunedMerkleRoot) {
            revert TunedRootMismatch(params.tunedMerkleRoot, current.merkleRoot);
        }
    }

    /// @dev `parts` are the registry's.
    function _modelId(ModelParts memory parts, bytes32 merkleRoot) internal view returns (bytes32) {
        return Ids.modelId(_SRS_ID, parts.t, parts.tileCount, parts.manifestHash, merkleRoot);
    }

    /// @dev All checks of one segment. Sets `context.nextModelId`; returns the root after the segment.
    function _verifySegment(
        Segment calldata segment,
        uint256 index,
        ModelParts memory current,
        Statement.Context memory context,
        uint256[] storage rules,
        uint256[] memory usedRules
    ) private view returns (bytes32 nextRoot) {
        IGroth16Verifier verifier;
        (context.tierId, verifier) = _activeRoute(segment.routeId);
        Constants.TierShape memory tier = Constants.tierShape(context.tierId);
        if (tier.t != current.t) revert TierTileSizeMismatch(context.tierId, tier.t, current.t);

        (uint256[] memory values, Statement.SlotPlan memory plan) = Statement.placeRules(
            rules,
            segment,
            tier,
            usedRules
        );
        Commitments.requireWellFormed(segment.commitments, plan.slots, plan.masks, plan.rankSlots != 0);

        bytes32 baseRoot;
        (baseRoot, nextRoot) = Commitments.roots(segment, plan.rankSlots);
        if (baseRoot != current.merkleRoot) revert BaseRootMismatch(index, current.merkleRoot, baseRoot);
        if (nextRoot == baseRoot) revert SegmentChangesNothing(index);
        context.nextModelId = _modelId(current, nextRoot);

        Statement.bind(values, context, segment, tier);
        uint256[3] memory signals = Statement.publicSignals(values, segment.h);
        if (!verifier.verifyProof(segment.groth16.a, segment.groth16.b, segment.groth16.c, signals)) {
            revert InvalidGroth16Proof(index);
        }
        if (!_isOpeningValid(segment, signals, plan.masks, Statement.slotsOf(tier))) revert InvalidOpening(index);
    }

    function _isOpeningValid(
        Segment calldata segment,
        uint256[3] memory signals,
        uint256 masks,
        uint256 tierSlots
    ) private view returns (bool) {
        Sum memory combined = Commitments.combine(segment.commitments, segment.claim, masks, tierSlots);
        bytes32 seed = keccak256(abi.encode(signals, segment.mercury.blinding));
        Mercury.Srs memory srs = Mercury.Srs({
            blindingBase: G1Point(_BLINDING_BASE_X, _BLINDING_BASE_Y),
            tau2: G2Point({x: [_TAU2_X1, _TAU2_X0], y: [_TAU2_Y1, _TAU2_Y0]})
        });
        return Mercury.verify(srs, combined, segment.claim.z, segment.claim.y, seed, segment.mercury);
    }
}
