// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {
    IDriftRegistry,
    OpeningClaim,
    Segment,
    SegmentCommitments,
    TileMultiProof
} from "../interfaces/IDriftRegistry.sol";
import {Bn254, G1Point} from "./Bn254.sol";
import {Fr} from "./Fr.sol";
import {Words} from "./Words.sol";

/// @title Commitments of a segment
/// @notice Their form, their Merkle roots and their combination into the one that is opened.
library Commitments {
    /// @dev Exact counts, points on the curve, no factors without rank rules. `masks`: a bit for each masked slot.
    function requireWellFormed(
        SegmentCommitments calldata commitments,
        uint256 slots,
        uint256 masks,
        bool hasRankRules
    ) internal pure {
        _requireCount(slots, commitments.base);
        _requireCount(slots, commitments.tuned);
        _requireCount(_popCount(masks), commitments.masks);
        Bn254.requireOnCurve(commitments.factorA.x, commitments.factorA.y);
        Bn254.requireOnCurve(commitments.factorB.x, commitments.factorB.y);
        Bn254.requireOnCurve(commitments.multiplicity.x, commitments.multiplicity.y);
        Bn254.requireOnCurve(commitments.blinding.x, commitments.blinding.y);
        if (hasRankRules) return;
        uint256 anyCoordinate =
            commitments.factorA.x | commitments.factorA.y | commitments.factorB.x | commitments.factorB.y;
        if (anyCoordinate != 0) revert IDriftRegistry.UnexpectedFactors();
    }

    /// @dev The Merkle roots before and after a segment, from one multiproof. Slots of rank rules
    /// (`0 … rankSlots - 1`) and the other slots ascend by tile each, and share no tile: merging the two
    /// sequences gives the ascending order of leaves that multiproofs need.
    ///
    /// A leaf is `keccak256(abi.encode(tile, C.x, C.y))`: 96 bytes, so that no inner node (64 bytes) can be taken for
    /// one. It binds its tile's number, so that equal structure means equal positions in both trees.
    function roots(
        Segment calldata segment,
        uint256 rankSlots
    ) internal pure returns (bytes32 baseRoot, bytes32 tunedRoot) {
        uint256[] calldata tiles = segment.tiles;
        G1Point[] calldata base = segment.commitments.base;
        G1Point[] calldata tuned = segment.commitments.tuned;
        uint256 slots = tiles.length;
        bytes32[] memory baseLeaves = new bytes32[](slots);
        bytes32[] memory tunedLeaves = new bytes32[](slots);
        uint256 fromRank = 0;
        uint256 fromOther = rankSlots;
        for (uint256 i = 0; i < slots; ++i) {
            bool takeRank = fromRank < rankSlots && (fromOther == slots || tiles[fromRank] < tiles[fromOther]);
            uint256 slot;
            unchecked {
                slot = takeRank ? fromRank++ : fromOther++;
            }
            baseLeaves[i] = Words.hashWithPoint(tiles[slot], base[slot]);
            tunedLeaves[i] = Words.hashWithPoint(tiles[slot], tuned[slot]);
        }
        TileMultiProof calldata multiProof = segment.multiProof;
        baseRoot = MerkleProof.processMultiProofCalldata(multiProof.proof, multiProof.proofFlags, baseLeaves);
        tunedRoot = MerkleProof.processMultiProofCalldata(multiProof.proof, multiProof.proofFlags, tunedLeaves);
    }

    /// @dev `C_G = Σ θ^T (C1_T - C0_T) + Σ θ^(S+T) C_b,T + θ^(2S) C_m + ψ C_A + ψ² C_B + ψ³ C_M`, `S` being the
    /// tier's slots.
    function combine(
        SegmentCommitments calldata commitments,
        OpeningClaim calldata claim,
        uint256 masks,
        uint256 tierSlots
    ) internal view returns (G1Point memory sum) {
        uint256 theta = claim.theta;
        _addTiles(sum, commitments.base, commitments.tuned, theta);
        uint256 thetaToSlots = Fr.pow(theta, tierSlots);
        _addMasks(sum, commitments.masks, masks, theta, thetaToSlots);
        _accumulate(sum, commitments.multiplicity, Fr.mul(thetaToSlots, thetaToSlots));
        uint256 psi = claim.psi;
        _accumulate(sum, commitments.factorA, psi);
        _accumulate(sum, commitments.factorB, Fr.mul(psi, psi));
        _accumulate(sum, commitments.blinding, Fr.mul(Fr.mul(psi, psi), psi));
    }

    function _accumulate(G1Point memory sum, G1Point calldata point, uint256 scalar) private view {
        // Factors are at infinity in most segments.
        if (point.x | point.y == 0) return;
        Bn254.accumulateScaled(sum, point.x, point.y, scalar);
    }

    /// @dev `Σ θ^T (C1_T - C0_T)`.
    function _addTiles(
        G1Point memory sum,
        G1Point[] calldata base,
        G1Point[] calldata tuned,
        uint256 theta
    ) private view {
        G1Point memory difference;
        uint256 power = 1;
        for (uint256 slot = 0; slot < base.length; ++slot) {
            (uint256 x, uint256 y) = (base[slot].x, base[slot].y);
            Bn254.requireOnCurve(x, y);
            (difference.x, difference.y) = (tuned[slot].x, tuned[slot].y);
            Bn254.requireOnCurve(difference.x, difference.y);
            Bn254.accumulate(difference, x, Bn254.negY(y));
            if (slot == 0) {
                // θ^0 = 1 needs no multiplication.
                Bn254.accumulate(sum, difference.x, difference.y);
            } else {
                Bn254.accumulateScaled(sum, difference.x, difference.y, power);
            }
            power = Fr.mul(power, theta);
        }
    }

    /// @dev `Σ θ^(S+T) C_b,T` over the slots T whose bit is set.
    function _addMasks(
        G1Point memory sum,
        G1Point[] calldata points,
        uint256 masks,
        uint256 theta,
        uint256 power
    ) private view {
        uint256 next = 0;
        for (; masks != 0; masks >>= 1) {
            if (masks & 1 == 1) {
                (uint256 x, uint256 y) = (points[next].x, points[next].y);
                Bn254.requireOnCurve(x, y);
                Bn254.accumulateScaled(sum, x, y, power);
                ++next;
            }
            power = Fr.mul(power, theta);
        }
    }

    function _requireCount(uint256 expected, G1Point[] calldata points) private pure {
        if (points.length != expected) revert IDriftRegistry.CommitmentCountMismatch(expected, points.length);
    }

    function _popCount(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
