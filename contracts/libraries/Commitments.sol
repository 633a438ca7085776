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

/// @title Commitments of a segment: their form, their Merkle roots and their combination
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
    /// A leaf binds its tile's number, so that equal structure means equal positions in both trees.
    function roots(
        Segment calldata segment,
        uint256 rankSlots
    ) internal pure returns (bytes32 baseRoot, bytes32 tunedRoot) {
        uint256[] calldata tiles = segment.tiles;
        uint256 slots = tiles.length;
        bytes32[] memory baseLeaves = new bytes32[](slots);
        bytes32[] memory tunedLeaves = new bytes32[](slots);
        uint256 fromRank = 0;
        uint256 fromOther = rankSlots;
        for (uint256 i = 0; i < slots; ++i) {
            bool takeRank = fromRank < rankSlots && (fromOther == slots || tiles[fromRank] < tiles[fromOther]);
            uint256 slot = takeRank ? fromRank++ : fromOther++;
            baseLeaves[i] = _leaf(tiles[slot], segment.commitments.base[slot]);
            tunedLeaves[i] = _leaf(tiles[slot], segment.commitments.tuned[slot]);
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
        uint256 power = 1;
        for (uint256 slot = 0; slot < commitments.base.length; ++slot) {
            G1Point memory difference = _difference(commitments.tuned[slot], commitments.base[slot]);
            if (slot == 0) {
                sum = difference;
            } else {
                Bn254.accumulateScaled(sum, difference.x, difference.y, power);
            }
            power = Fr.mul(power, claim.theta);
        }

        uint256 thetaToSlots = Fr.pow(claim.theta, tierSlots);
        power = thetaToSlots;
        uint256 next = 0;
        for (; masks != 0; masks >>= 1) {
            if (masks & 1 == 1) {
                G1Point calldata mask = commitments.masks[next++];
                Bn254.requireOnCurve(mask.x, mask.y);
                Bn254.accumulateScaled(sum, mask.x, mask.y, power);
            }
            power = Fr.mul(power, claim.theta);
        }

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

    function _difference(
        G1Point calldata tuned,
        G1Point calldata base
    ) private view returns (G1Point memory difference) {
        Bn254.requireOnCurve(tuned.x, tuned.y);
        Bn254.requireOnCurve(base.x, base.y);
        difference = G1Point(tuned.x, tuned.y);
        Bn254.accumulate(difference, base.x, Bn254.negY(base.y));
    }

    /// @dev 96 bytes, so that no inner node (64 bytes) can be taken for a leaf.
    function _leaf(uint256 tile, G1Point calldata commitment) private pure returns (bytes32) {
        return keccak256(abi.encode(tile, commitment.x, commitment.y));
    }

    function _requireCount(uint256 expected, G1Point[] calldata points) private pure {
        if (points.length != expected) revert IDriftRegistry.CommitmentCountMismatch(expected, points.length);
    }

    function _popCount(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
