// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../generated/Constants.sol";
import {IDriftRegistry, Rule} from "../interfaces/IDriftRegistry.sol";

/// @title What makes a policy well-formed
library PolicyRules {
    /// @dev At least one rule; sorted by tile, disjoint, within the model; ranks with a grid; bounds that the circuit
    /// can represent.
    function requireWellFormed(Rule[] calldata rules, uint256 modelTileCount) internal pure {
        if (rules.length == 0) revert IDriftRegistry.PolicyHasNoRule();
        uint256 nextFree = 0;
        for (uint256 i = 0; i < rules.length; ++i) {
            Rule calldata rule = rules[i];
            uint256 firstTile = rule.firstTile;
            uint256 tileCount = rule.tileCount;
            if (tileCount == 0 || firstTile < nextFree) {
                revert IDriftRegistry.RuleTilesOutOfOrder(i, firstTile, tileCount);
            }
            nextFree = firstTile + tileCount;
            if (nextFree > modelTileCount) revert IDriftRegistry.RuleBeyondModel(i, nextFree, modelTileCount);
            _requireRankPart(i, rule);
            if (rule.maxNonzeros >> Constants.NONZEROS_BITS != 0) {
                revert IDriftRegistry.BoundTooLarge(i, rule.maxNonzeros, Constants.NONZEROS_BITS);
            }
            if (rule.maxResidualSq >> Constants.RESIDUAL_SQ_BITS != 0) {
                revert IDriftRegistry.BoundTooLarge(i, rule.maxResidualSq, Constants.RESIDUAL_SQ_BITS);
            }
        }
    }

    function _requireRankPart(uint256 i, Rule calldata rule) private pure {
        bool isValid =
            rule.maxRank == 0
                ? rule.gridCols == 0 && rule.shift == 0
                : rule.gridCols != 0 && rule.tileCount % rule.gridCols == 0 && rule.shift <= Constants.MAX_SHIFT;
        if (!isValid) revert IDriftRegistry.InvalidRankRule(i, rule.maxRank, rule.gridCols, rule.shift);
    }
}
