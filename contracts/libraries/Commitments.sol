// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {
    IDriftRegistry,
    OpeningClaim,
    Segment,
    SegmentCommitments,
    TileMultiProof
} from "../interfaces/IDriftRegistry.sol";
import {Bn254, G1Point, Sum} from "./Bn254.sol";
import {Fr} from "./Fr.sol";
import {MultiProof} from "./MultiProof.sol";
import {Words} from "./Words.sol";

/// @title Commitments of a segment
/// @notice Their form, their Merkle roots and their combination into the one that is opened.
library Commitments {
    /// @dev Exact counts, points on the curve, no factors without rank rules. `masks`: a bit for each masked slot.
    /// Whether the tiles' points are on the curve, `combine` finds.
    function requireWellFormed(
        SegmentCommitments calldata commitments,
        uint256 slots,
        uint256 masks,
        bool hasRankRules
    ) internal pure {
        _requireCount(slots, commitments.base);
        _requireCount(slots, commitments.tuned);
        _requireCount(_popCount(masks), commitments.masks);
        _requireOnCurve(commitments.masks);
        uint256 four;
        G1Point calldata factorA = commitments.factorA;
        assembly ("memory-safe") {
            four := factorA
        }
        // P_A, P_B, m and M follow each other.
        Bn254.requireAllOnCurve(four, 4);
        if (hasRankRules) return;
        uint256 anyCoordinate =
            commitments.factorA.x | commitments.factorA.y | commitments.factorB.x | commitments.factorB.y;
        if (anyCoordinate != 0) revert IDriftRegistry.UnexpectedFactors();
    }

    /// @dev The Merkle roots before and after a segment, from one multiproof. Slots of rank rules
    /// (`0 … rankSlots - 1`) and the other slots ascend by tile each, and share no tile: merging the two
    /// sequences gives the ascending order of leaves that multiproofs need. Counts of commitments must be checked.
    ///
    /// A leaf is `keccak256(abi.encode(tile, C.x, C.y))`: 96 bytes, so that no inner node (64 bytes) can be taken for
    /// one. It binds its tile's number, so that equal structure means equal positions in both trees.
    function roots(
        Segment calldata segment,
        uint256 rankSlots
    ) internal pure returns (bytes32 baseRoot, bytes32 tunedRoot) {
        uint256[] calldata tiles = segment.tiles;
        TileMultiProof calldata multiProof = segment.multiProof;
        bytes32[] calldata siblings = multiProof.proof;
        uint256 slots = tiles.length;
        uint256[] memory queue = Words.allocate(2 * (2 * slots + siblings.length - 1));
        _putLeaves(queue, tiles, segment.commitments.base, segment.commitments.tuned, rankSlots);
        return MultiProof.roots(queue, slots, siblings, multiProof.proofFlags);
    }

    /// @dev Base and tuned leaves alternately, ascending by tile.
    function _putLeaves(
        uint256[] memory queue,
        uint256[] calldata tiles,
        G1Point[] calldata base,
        G1Point[] calldata tuned,
        uint256 rankSlots
    ) private pure {
        uint256 slots = tiles.length;
        uint256 write;
        assembly ("memory-safe") {
            write := add(queue, 0x20)
        }
        if (rankSlots == 0 || rankSlots == slots) {
            _putRun(write, tiles, base, tuned);
            return;
        }
        (uint256 rank, uint256 other) = (0, rankSlots);
        while (rank < rankSlots || other < slots) {
            bool isRank = other == slots || (rank < rankSlots && tiles[rank] < tiles[other]);
            uint256 from = isRank ? rank : other;
            // All up to the next slot of the other kind.
            if (isRank) {
                while (rank < rankSlots && (other == slots || tiles[rank] < tiles[other])) ++rank;
            } else {
                while (other < slots && (rank == rankSlots || tiles[other] < tiles[rank])) ++other;
            }
            uint256 end = isRank ? rank : other;
            _putRun(write, tiles[from:end], base[from:end], tuned[from:end]);
            write += 0x40 * (end - from);
        }
    }

    /// @dev Base and tuned leaves alternately, in order of slots, to memory at `write`.
    function _putRun(
        uint256 write,
        uint256[] calldata tiles,
        G1Point[] calldata base,
        G1Point[] calldata tuned
    ) private pure {
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            let point := add(preimage, 0x20)
            let from := tiles.offset
            let fromBase := base.offset
            let toTuned := sub(tuned.offset, fromBase)
            for {
                let end := add(from, shl(5, tiles.length))
            } lt(from, end) {
                from := add(from, 0x20)
            } {
                mstore(preimage, calldataload(from))
                calldatacopy(point, fromBase, 0x40)
                mstore(write, keccak256(preimage, 0x60))
                calldatacopy(point, add(fromBase, toTuned), 0x40)
                mstore(add(write, 0x20), keccak256(preimage, 0x60))
                fromBase := add(fromBase, 0x40)
                write := add(write, 0x40)
            }
        }
    }

    /// @dev `C_G = Σ θ^T (C1_T - C0_T) + Σ θ^(S+T) C_b,T + θ^(2S) C_m + ψ C_A + ψ² C_B + ψ³ C_M`, `S` being the
    /// tier's slots.
    function combine(
        SegmentCommitments calldata commitments,
        OpeningClaim calldata claim,
        uint256 masks,
        uint256 tierSlots
    ) internal view returns (Sum memory sum) {
        uint256 theta = claim.theta;
        _addTiles(sum, commitments.base, commitments.tuned, theta);
        uint256 thetaToSlots = Fr.pow(theta, tierSlots);
        if (masks != 0) _addMasks(sum, commitments.masks, masks, theta, thetaToSlots);
        Bn254.addScaled(sum, commitments.multiplicity, Fr.mul(thetaToSlots, thetaToSlots));
        uint256 psi = claim.psi;
        uint256 psiSquared = Fr.mul(psi, psi);
        // Factors are at infinity in most segments.
        if (commitments.factorA.x | commitments.factorA.y != 0) Bn254.addScaled(sum, commitments.factorA, psi);
        if (commitments.factorB.x | commitments.factorB.y != 0) Bn254.addScaled(sum, commitments.factorB, psiSquared);
        Bn254.addScaled(sum, commitments.blinding, Fr.mul(psiSquared, psi));
    }

    /// @dev `Σ θ^T (C1_T - C0_T)` by Horner's rule into an empty sum: `sum = θ·sum + C1_T - C0_T` from the last slot
    /// to the first. An own loop, as most of the gas goes into it: it leaves it to the precompiles to find points that
    /// are not on the curve (EIP-196), and looks for the one only to name it. That there are precompiles at all, the
    /// terms added after these check.
    function _addTiles(Sum memory sum, G1Point[] calldata base, G1Point[] calldata tuned, uint256 theta) private view {
        bool success;
        uint256 q = Bn254.Q;
        assembly ("memory-safe") {
            // The sum grows where operands usually are, before the scalar, which stays θ.
            function addTile(operand, total, pointer, basePointer, order) -> isAdded {
                calldatacopy(operand, pointer, 0x40)
                isAdded := staticcall(gas(), 0x06, operand, 0x80, total, 0x40)
                mstore(operand, calldataload(basePointer))
                let y := calldataload(add(basePointer, 0x20))
                // Only a canonical y has a negative: that of `q` would be taken for that of 0.
                isAdded := and(isAdded, lt(y, order))
                mstore(add(operand, 0x20), mod(sub(order, y), order))
                isAdded := and(isAdded, staticcall(gas(), 0x06, operand, 0x80, total, 0x40))
            }
            let total := add(sum, 0x40)
            mstore(add(sum, 0x80), theta)
            let toBase := sub(base.offset, tuned.offset)
            let pointer := add(tuned.offset, shl(6, sub(tuned.length, 1)))
            success := addTile(sum, total, pointer, add(pointer, toBase), q)
            for {} and(success, gt(pointer, tuned.offset)) {} {
                pointer := sub(pointer, 0x40)
                success := staticcall(gas(), 0x07, total, 0x60, total, 0x40)
                success := and(success, addTile(sum, total, pointer, add(pointer, toBase), q))
            }
            mcopy(sum, total, 0x40)
        }
        if (success) return;
        _requireOnCurve(base);
        _requireOnCurve(tuned);
        Bn254.requireSuccess(success, 0x06);
    }

    /// @dev `Σ θ^(S+T) C_b,T` over the slots T whose bit is set.
    function _addMasks(
        Sum memory sum,
        G1Point[] calldata points,
        uint256 masks,
        uint256 theta,
        uint256 power
    ) private view {
        uint256 next = 0;
        for (; masks != 0; masks >>= 1) {
            if (masks & 1 == 1) {
                Bn254.addScaled(sum, points[next], power);
                ++next;
            }
            power = Fr.mul(power, theta);
        }
    }

    function _requireCount(uint256 expected, G1Point[] calldata points) private pure {
        if (points.length != expected) revert IDriftRegistry.CommitmentCountMismatch(expected, points.length);
    }

    function _requireOnCurve(G1Point[] calldata points) private pure {
        uint256 first;
        assembly ("memory-safe") {
            first := points.offset
        }
        Bn254.requireAllOnCurve(first, points.length);
    }

    function _popCount(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
