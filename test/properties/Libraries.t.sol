// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {DriftInterval, Rule} from "../../contracts/interfaces/IDriftRegistry.sol";
import {Constants} from "../../contracts/generated/Constants.sol";
import {Drift} from "../../contracts/libraries/Drift.sol";
import {Fr} from "../../contracts/libraries/Fr.sol";
import {MultiProof} from "../../contracts/libraries/MultiProof.sol";
import {RuleWords} from "../../contracts/libraries/RuleWords.sol";
import {Properties} from "./Vm.sol";

/// @notice Calldata for library functions that take it.
contract Calldata {
    function roots(
        uint256[] memory queue,
        uint256 leafCount,
        bytes32[] calldata siblings,
        uint256[] calldata flags
    ) external pure returns (bytes32 oldRoot, bytes32 newRoot) {
        return MultiProof.roots(queue, leafCount, siblings, flags);
    }

    function openZeppelin(
        bytes32[] calldata siblings,
        bool[] calldata flags,
        bytes32[] calldata leaves
    ) external pure returns (bytes32) {
        return MerkleProof.processMultiProofCalldata(siblings, flags, leaves);
    }

    function pack(Rule calldata rule) external pure returns (uint256) {
        return RuleWords.pack(rule);
    }
}

contract LibrariesTest is Properties {
    Calldata private immutable _CALLDATA = new Calldata();

    /// D1: whatever our multiproof accepts, OpenZeppelin's does, with the same roots before and after.
    function testFuzz_multiProofIsOpenZeppelins(uint256 seed, uint256 leafCount, uint256 siblingCount) external view {
        leafCount = bound(leafCount, 1, 20);
        siblingCount = bound(siblingCount, 0, 20);
        uint256 flagCount = leafCount + siblingCount - 1;
        bytes32[] memory siblings = new bytes32[](siblingCount);
        for (uint256 i = 0; i < siblingCount; ++i) siblings[i] = keccak256(abi.encode(seed, "sibling", i));
        bool[] memory flags = new bool[](flagCount);
        uint256[] memory words = new uint256[]((flagCount + 255) / 256);
        // As many zeros as siblings in most cases, so that many are accepted.
        uint256 zeros = seed % 8 == 0 ? siblingCount + 1 : siblingCount;
        for (uint256 i = 0; i < flagCount; ++i) {
            uint256 left = flagCount - i;
            bool isZero = uint256(keccak256(abi.encode(seed, "flag", i))) % left < zeros;
            if (isZero) --zeros;
            flags[i] = !isZero;
            if (flags[i]) words[i / 256] |= 1 << (i % 256);
        }
        uint256[] memory queue = new uint256[](2 * (leafCount + flagCount));
        bytes32[] memory oldLeaves = new bytes32[](leafCount);
        bytes32[] memory newLeaves = new bytes32[](leafCount);
        for (uint256 i = 0; i < leafCount; ++i) {
            oldLeaves[i] = keccak256(abi.encode(seed, "old", i));
            newLeaves[i] = keccak256(abi.encode(seed, "new", i));
            (queue[2 * i], queue[2 * i + 1]) = (uint256(oldLeaves[i]), uint256(newLeaves[i]));
        }
        try _CALLDATA.roots(queue, leafCount, siblings, words) returns (bytes32 oldRoot, bytes32 newRoot) {
            assert(oldRoot == _CALLDATA.openZeppelin(siblings, flags, oldLeaves));
            assert(newRoot == _CALLDATA.openZeppelin(siblings, flags, newLeaves));
        } catch {
            // What ours refuses, theirs refuses, or takes a node that is not there.
            try _CALLDATA.openZeppelin(siblings, flags, oldLeaves) returns (bytes32) {
                assert(_readsAhead(flags, leafCount));
            } catch {}
        }
    }

    /// D2: a rule is what it was after packing.
    function testFuzz_rulesArePackedWithoutLoss(Rule memory rule) external view {
        rule.maxNonzeros = uint64(rule.maxNonzeros % (1 << Constants.NONZEROS_BITS));
        rule.maxResidualSq = uint128(rule.maxResidualSq % (1 << Constants.RESIDUAL_SQ_BITS));
        Rule memory again = RuleWords.unpack(_CALLDATA.pack(rule));
        assert(keccak256(abi.encode(again)) == keccak256(abi.encode(rule)));
    }

    /// D3: polynomials are evaluated as by definition.
    function testFuzz_evaluation(uint256[] memory coefficients, uint256 count, uint256 x) external pure {
        x %= Fr.P;
        count = coefficients.length == 0 ? 0 : count % (coefficients.length + 1);
        uint256 expected = 0;
        uint256 power = 1;
        for (uint256 i = 0; i < count; ++i) {
            expected = addmod(expected, mulmod(coefficients[i], power, Fr.P), Fr.P);
            power = mulmod(power, x, Fr.P);
        }
        assert(Fr.evaluate(coefficients, count, x) == expected);
    }

    /// L4: no drift that the policies allow one after the other is beyond the accumulated one, and what `fits` lets pass is
    /// what the target allows. The drift is the worst there is: as large as allowed in one direction, in one tile of each
    /// rule.
    function testFuzz_accumulatedDriftIsNeverUnderstated(uint256 seed, uint256 policyCount) external pure {
        policyCount = bound(policyCount, 1, 4);
        uint256[][] memory policies = new uint256[][](policyCount);
        for (uint256 i = 0; i < policyCount; ++i) policies[i] = _randomRules(seed, i);
        DriftInterval[] memory intervals = Drift.intervals(policies);
        uint256 end = 0;
        for (uint256 i = 0; i < intervals.length; ++i) {
            assert(intervals[i].firstTile >= end && intervals[i].tileCount != 0);
            end = intervals[i].firstTile + intervals[i].tileCount;
        }
        for (uint256 tile = 0; tile < 12; ++tile) {
            (uint256 norm, uint256 nonzeros, uint256 rank, bool isChanged) = _worstAt(policies, tile);
            bool isCovered = false;
            for (uint256 i = 0; i < intervals.length; ++i) {
                DriftInterval memory interval = intervals[i];
                if (tile < interval.firstTile || tile >= interval.firstTile + interval.tileCount) continue;
                isCovered = true;
                assert(interval.maxNorm >= norm && interval.maxNonzeros == nonzeros && interval.maxRank >= rank);
            }
            assert(isCovered == isChanged);
        }
        uint256[] memory target = _randomRules(seed, 99);
        if (Drift.fits(policies, target)) _assertAllows(target, policies);
        // A policy is within itself, whatever it says.
        uint256[][] memory alone = new uint256[][](1);
        alone[0] = target;
        assert(Drift.fits(alone, target));
    }

    /// L5: policies fit exactly what they allow together, and nothing less: one less of rank or of nonzeros, or a norm that
    /// the largest drift exceeds.
    function testFuzz_fitsWhatIsAllowedTogetherAndNoLess(uint256 seed, uint256 policyCount) external pure {
        policyCount = bound(policyCount, 2, 4);
        bool hasRank = seed & 1 == 1;
        uint256 shift = hasRank ? Constants.MAX_SHIFT : 0;
        uint256[][] memory policies = new uint256[][](policyCount);
        (uint256 rank, uint256 nonzeros, uint256 normUp, uint256 normDown) = (0, 0, 0, 0);
        for (uint256 i = 0; i < policyCount; ++i) {
            // A rank rule is about a whole matrix; others can be several, which share no tile.
            policies[i] = new uint256[](hasRank ? 1 : 3);
            uint256 square = 0;
            for (uint256 j = 0; j < policies[i].length; ++j) {
                uint256 random = uint256(keccak256(abi.encode(seed, i, j)));
                uint256[3] memory bounds = [
                    hasRank ? 1 + (random % 4) : 0,
                    (random >> 8) % 9,
                    (random >> 16) % 2 ** 40
                ];
                policies[i][j] = _rule(hasRank ? 0 : 4 * j, hasRank ? 12 : 4, bounds, shift);
                rank += bounds[0];
                nonzeros += bounds[1];
                square += bounds[2] << (2 * (Constants.MAX_SHIFT - shift));
            }
            uint256 root = _rootDown(square);
            normDown += root;
            normUp += root * root == square ? root : root + 1;
        }
        uint256 unit = 2 * (Constants.MAX_SHIFT - shift);
        uint256 enough = (normUp * normUp + (1 << unit) - 1) >> unit;
        assert(_fits(policies, [rank, nonzeros, enough], shift));
        if (rank != 0) assert(!_fits(policies, [rank - 1, nonzeros, enough], shift));
        if (nonzeros != 0) assert(!_fits(policies, [rank, nonzeros - 1, enough], shift));
        uint256 least = (normDown * normDown) >> unit;
        if (least != 0) assert(!_fits(policies, [rank, nonzeros, least - 1], shift));
    }

    /// @dev Whether they fit one rule for all twelve tiles. `bounds`: rank, nonzeros, square of the norm.
    function _fits(uint256[][] memory policies, uint256[3] memory bounds, uint256 shift) private pure returns (bool) {
        uint256[] memory target = new uint256[](1);
        target[0] = _rule(0, 12, bounds, shift);
        return Drift.fits(policies, target);
    }

    function _rule(
        uint256 firstTile,
        uint256 tileCount,
        uint256[3] memory bounds,
        uint256 shift
    ) private pure returns (uint256) {
        uint256 grid = bounds[0] == 0 ? 0 : 1;
        uint256 word = firstTile | (tileCount << 32) | (grid << 64) | (bounds[0] << 96) | (shift << 104);
        return word | (bounds[1] << 112) | (bounds[2] << 152);
    }

    function _assertAllows(uint256[] memory target, uint256[][] memory policies) private pure {
        for (uint256 tile = 0; tile < 12; ++tile) {
            (uint256 norm, uint256 nonzeros, uint256 rank, bool isChanged) = _worstAt(policies, tile);
            if (!isChanged) continue;
            bool isAllowed = false;
            for (uint256 k = 0; k < target.length; ++k) {
                if (tile < RuleWords.firstTile(target[k]) || tile >= RuleWords.tilesEnd(target[k])) continue;
                isAllowed = true;
                uint256 shift = 2 * (Constants.MAX_SHIFT - RuleWords.shift(target[k]));
                assert(norm * norm <= RuleWords.maxResidualSq(target[k]) << shift);
                assert(nonzeros <= RuleWords.maxNonzeros(target[k]) && rank <= RuleWords.maxRank(target[k]));
            }
            assert(isAllowed);
        }
    }

    /// @dev Sums of the largest norms (rounded down), nonzeros and ranks of the rules that have the tile.
    function _worstAt(
        uint256[][] memory policies,
        uint256 tile
    ) private pure returns (uint256 norm, uint256 nonzeros, uint256 rank, bool isChanged) {
        for (uint256 i = 0; i < policies.length; ++i) {
            for (uint256 j = 0; j < policies[i].length; ++j) {
                uint256 rule = policies[i][j];
                if (tile < RuleWords.firstTile(rule) || tile >= RuleWords.tilesEnd(rule)) continue;
                isChanged = true;
                uint256 shift = 2 * (Constants.MAX_SHIFT - RuleWords.shift(rule));
                norm += _rootDown(RuleWords.maxResidualSq(rule) << shift);
                nonzeros += RuleWords.maxNonzeros(rule);
                rank += RuleWords.maxRank(rule);
            }
        }
    }

    /// @dev Sorted, disjoint rules over twelve tiles.
    function _randomRules(uint256 seed, uint256 index) private pure returns (uint256[] memory rules) {
        rules = new uint256[](4);
        uint256 count = 0;
        for (uint256 tile = 0; tile < 12 && count < 4;) {
            uint256 random = uint256(keccak256(abi.encode(seed, index, tile)));
            uint256 length = 1 + (random % 5);
            if (tile + length > 12) length = 12 - tile;
            if ((random >> 8) % 3 != 0) {
                uint256 rank = (random >> 16) % 2 == 0 ? 0 : 1 + ((random >> 24) % 4);
                uint256 word = tile | (length << 32);
                if (rank != 0) word |= (1 << 64) | (rank << 96) | (((random >> 32) % 41) << 104);
                word |= ((random >> 40) % 3) << 112;
                word |= ((random >> 48) % (1 << ((random >> 200) % 100))) << 152;
                rules[count++] = word;
            }
            tile += length;
        }
        assembly ("memory-safe") {
            mstore(rules, count)
        }
    }

    function _rootDown(uint256 square) private pure returns (uint256 root) {
        for (uint256 bit = 1 << 100; bit != 0; bit >>= 1) {
            if ((root + bit) * (root + bit) <= square) root += bit;
        }
    }

    /// @dev Whether some node is made of one that is computed later.
    function _readsAhead(bool[] memory flags, uint256 leafCount) private pure returns (bool) {
        uint256 read = 0;
        for (uint256 i = 0; i < flags.length; ++i) {
            read += flags[i] ? 2 : 1;
            if (read > leafCount + i) return true;
        }
        return false;
    }
}
