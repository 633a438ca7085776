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
        _requirePoints(slots, commitments.base);
        _requirePoints(slots, commitments.tuned);
        _requirePoints(_popCount(masks), commitments.masks);
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
        uint256[] memory queue = new uint256[](2 * (2 * slots + siblings.length - 1));
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
        assembly ("memory-safe") {
            let preimage := mload(0x40)
            let write := add(queue, 0x20)
            let fromRank := tiles.offset
            let rankEnd := add(fromRank, shl(5, rankSlots))
            let fromOther := rankEnd
            let otherEnd := add(tiles.offset, shl(5, tiles.length))
            for {
                let left := tiles.length
            } left {
                left := sub(left, 1)
            } {
                let takeRank := lt(calldataload(fromRank), calldataload(fromOther))
                takeRank := and(lt(fromRank, rankEnd), or(eq(fromOther, otherEnd), takeRank))
                let from
                switch takeRank
                case 1 {
                    from := fromRank
                    fromRank := add(fromRank, 0x20)
                }
                default {
                    from := fromOther
                    fromOther := add(fromOther, 0x20)
                }
                // A slot is one word of `tiles` and two words of points.
                let offset := shl(1, sub(from, tiles.offset))
                mstore(preimage, calldataload(from))
                calldatacopy(add(preimage, 0x20), add(base.offset, offset), 0x40)
                mstore(write, keccak256(preimage, 0x60))
                calldatacopy(add(preimage, 0x20), add(tuned.offset, offset), 0x40)
                mstore(add(write, 0x20), keccak256(preimage, 0x60))
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

    /// @dev `Σ θ^T (C1_T - C0_T)`. All points must be on the curve. An own loop, as most of the gas goes into it.
    function _addTiles(Sum memory sum, G1Point[] calldata base, G1Point[] calldata tuned, uint256 theta) private view {
        (uint256 p, uint256 q) = (Fr.P, Bn254.Q);
        uint256 power = 1;
        assembly ("memory-safe") {
            let toBase := sub(base.offset, tuned.offset)
            for {
                let pointer := tuned.offset
            } lt(pointer, add(tuned.offset, shl(6, tuned.length))) {
                pointer := add(pointer, 0x40)
            } {
                // The difference: C1 + (x, -y).
                calldatacopy(add(sum, 0xa0), pointer, 0x40)
                calldatacopy(add(sum, 0xe0), add(pointer, toBase), 0x40)
                if mload(add(sum, 0x100)) {
                    mstore(add(sum, 0x100), sub(q, mload(add(sum, 0x100))))
                }
                let success := staticcall(gas(), 0x06, add(sum, 0xa0), 0x80, add(sum, 0x40), 0x40)
                success := and(success, eq(returndatasize(), 0x40))
                // θ^0 = 1 needs no multiplication.
                if gt(pointer, tuned.offset) {
                    mstore(add(sum, 0x80), power)
                    success := and(success, staticcall(gas(), 0x07, add(sum, 0x40), 0x60, add(sum, 0x40), 0x40))
                    success := and(success, eq(returndatasize(), 0x40))
                }
                success := and(success, staticcall(gas(), 0x06, sum, 0x80, sum, 0x40))
                power := mulmod(power, theta, p)
                if iszero(and(success, eq(returndatasize(), 0x40))) {
                    // No power of θ.
                    power := p
                    break
                }
            }
        }
        if (power == p) revert Bn254.PrecompileFailed(0x06);
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

    function _requirePoints(uint256 expected, G1Point[] calldata points) private pure {
        if (points.length != expected) revert IDriftRegistry.CommitmentCountMismatch(expected, points.length);
        uint256 first;
        assembly ("memory-safe") {
            first := points.offset
        }
        Bn254.requireAllOnCurve(first, expected);
    }

    function _popCount(uint256 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
