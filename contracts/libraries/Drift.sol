// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Constants} from "../generated/Constants.sol";
import {DriftInterval} from "../interfaces/IDriftRegistry.sol";
import {RuleWords} from "./RuleWords.sol";

/// @title What policies allow together, one after the other
/// @notice Fine-tunes `Δ = 2^-shift·A·B + sparse + rest` add: ranks of the same matrix, numbers of nonzeros and norms of the
/// rest (triangle inequality). Everything is rounded up, never down.
///
/// Norms are in units of `2^-(fractionBits + 40)`: a rule's `maxResidualSq` is in squared units of
/// `2^-(fractionBits + shift)` with a shift up to 40, so that its conversion is exact. All models of a lineage share a manifest,
/// so that a tile has the same `fractionBits` in all of them.
library Drift {
    using RuleWords for uint256;

    /// @dev More than any sum of ranks.
    uint256 private constant _NO_BOUND = type(uint256).max;

    /// @dev Bounds of what all policies allow together, for the longest intervals over which the rules are the same.
    /// Rules of a policy are sorted and disjoint.
    function intervals(uint256[][] memory policies) internal pure returns (DriftInterval[] memory list) {
        uint256[] memory ends = _boundaries(policies);
        list = new DriftInterval[](ends.length);
        uint256 count = 0;
        for (uint256 i = 1; i < ends.length; ++i) {
            (uint256 begin, uint256 end) = (ends[i - 1], ends[i]);
            if (begin == end) continue;
            DriftInterval memory interval = list[count];
            if (!_sum(policies, begin, interval)) continue;
            (interval.firstTile, interval.tileCount) = (begin, end - begin);
            ++count;
        }
        assembly ("memory-safe") {
            mstore(list, count)
        }
    }

    /// @dev Whether what all policies allow together is what `target` allows.
    ///
    /// A rule of `target` is a budget for all of its tiles together. A policy's rules share no tile, so that what they allow
    /// in those tiles adds in squares; what policies allow one after the other adds in norms.
    function fits(uint256[][] memory policies, uint256[] memory target) internal pure returns (bool) {
        Totals memory totals = Totals({
            ranks: new uint256[](target.length),
            nonzeros: new uint256[](target.length),
            squares: new uint256[](target.length),
            norms: new uint256[](target.length)
        });
        for (uint256 i = 0; i < policies.length; ++i) {
            if (!_addPolicy(policies[i], target, totals)) return false;
            // A single policy's squares need no root, whose rounding would make a policy exceed itself.
            if (policies.length != 1) _takeRoots(totals);
        }
        for (uint256 k = 0; k < target.length; ++k) {
            uint256 rule = target[k];
            uint256 square = policies.length == 1 ? totals.squares[k] : totals.norms[k] * totals.norms[k];
            if (
                totals.ranks[k] > rule.maxRank() ||
                totals.nonzeros[k] > rule.maxNonzeros() ||
                square > _normSquare(rule)
            ) return false;
        }
        return true;
    }

    /// @dev By rule of the target.
    struct Totals {
        uint256[] ranks;
        uint256[] nonzeros;
        /// Of the norms, of the policy at hand.
        uint256[] squares;
        uint256[] norms;
    }

    /// @dev Adds a policy to the rules of the target that it touches. False if it allows a tile that the target does not, or
    /// a rank of another matrix.
    function _addPolicy(
        uint256[] memory rules,
        uint256[] memory target,
        Totals memory totals
    ) private pure returns (bool) {
        uint256 first = 0;
        for (uint256 i = 0; i < rules.length; ++i) {
            uint256 rule = rules[i];
            uint256 next = rule.firstTile();
            uint256 end = rule.tilesEnd();
            while (first < target.length && target[first].tilesEnd() <= next) ++first;
            for (uint256 k = first; next < end; ++k) {
                if (k == target.length || target[k].firstTile() > next) return false;
                if (rule.maxRank() != 0) {
                    if (rule.grid() != target[k].grid()) return false;
                    totals.ranks[k] += rule.maxRank();
                }
                totals.nonzeros[k] += rule.maxNonzeros();
                totals.squares[k] += _normSquare(rule);
                next = target[k].tilesEnd();
            }
        }
        return true;
    }

    function _takeRoots(Totals memory totals) private pure {
        for (uint256 k = 0; k < totals.squares.length; ++k) {
            totals.norms[k] += Math.sqrt(totals.squares[k], Math.Rounding.Ceil);
            totals.squares[k] = 0;
        }
    }

    /// @dev Adds the rules that have a tile. False if none has.
    function _sum(
        uint256[][] memory policies,
        uint256 tile,
        DriftInterval memory interval
    ) private pure returns (bool isCovered) {
        uint256 grid = 0;
        for (uint256 i = 0; i < policies.length; ++i) {
            for (uint256 j = 0; j < policies[i].length; ++j) {
                uint256 rule = policies[i][j];
                if (tile < rule.firstTile() || tile >= rule.tilesEnd()) continue;
                isCovered = true;
                interval.maxNonzeros += rule.maxNonzeros();
                interval.maxNorm += Math.sqrt(_normSquare(rule), Math.Rounding.Ceil);
                if (rule.maxRank() == 0) continue;
                if (grid == 0) grid = rule.grid();
                bool isSameMatrix = rule.grid() == grid && interval.maxRank != _NO_BOUND;
                interval.maxRank = isSameMatrix ? interval.maxRank + rule.maxRank() : _NO_BOUND;
            }
        }
    }

    /// @dev Below 2^180.
    function _normSquare(uint256 rule) private pure returns (uint256) {
        return rule.maxResidualSq() << (2 * (Constants.MAX_SHIFT - rule.shift()));
    }

    /// @dev First tiles and ends of all rules, ascending.
    function _boundaries(uint256[][] memory policies) private pure returns (uint256[] memory sorted) {
        uint256 count = 0;
        for (uint256 i = 0; i < policies.length; ++i) count += 2 * policies[i].length;
        sorted = new uint256[](count);
        count = 0;
        for (uint256 i = 0; i < policies.length; ++i) {
            for (uint256 j = 0; j < policies[i].length; ++j) {
                _insert(sorted, count++, policies[i][j].firstTile());
                _insert(sorted, count++, policies[i][j].tilesEnd());
            }
        }
    }

    function _insert(uint256[] memory sorted, uint256 count, uint256 value) private pure {
        for (; count > 0 && sorted[count - 1] > value; --count) sorted[count] = sorted[count - 1];
        sorted[count] = value;
    }
}
