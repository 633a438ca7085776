// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../generated/Constants.sol";
import {IDriftRegistry, OpeningClaim, RuleUse, Segment, SegmentCommitments} from "../interfaces/IDriftRegistry.sol";
import {G1Point} from "./Bn254.sol";
import {Fr} from "./Fr.sol";
import {RuleWords} from "./RuleWords.sol";
import {Words} from "./Words.sol";

/// @title The statement of a segment proof
/// @notice Builds what the circuit's public signals stand for: `d1`; for every rule place `tileCount, rowPanels,
/// colPanels, rank, shift, maxResidualSq, maxNonzeros`; five bitmaps; and the opening claim `θ, ψ, z, y`. All bounds
/// come from the stored policy.
library Statement {
    using RuleWords for uint256;

    uint256 private constant VALUES_PER_PLACE = 7;
    uint256 private constant BITMAPS = 5;

    /// @dev What binds a proof to its place in the world.
    struct Context {
        address publisher;
        uint256 tierId;
        bytes32 prevModelId;
        bytes32 nextModelId;
        bytes32 policyId;
    }

    /// @dev Where the places lie in the slots and panels. The five bitmaps are in the statement's order.
    struct SlotPlan {
        /// Changed tiles.
        uint256 slots;
        /// Slots of rank rules, which come first.
        uint256 rankSlots;
        uint256 rowPanels;
        uint256 colPanels;
        uint256 used;
        uint256 starts;
        uint256 masks;
        uint256 rowPanelStarts;
        uint256 colPanelStarts;
    }

    /// @dev Checks the rules that a segment uses and its tiles, and fills the values' places and bitmaps. The array
    /// has one word more than there are values, for `h`.
    /// `usedRules`: a bit for each rule of the policy, over all segments so far; updated.
    function placeRules(
        uint256[] storage rules,
        Segment calldata segment,
        Constants.TierShape memory tier,
        uint256[] memory usedRules
    ) internal view returns (uint256[] memory values, SlotPlan memory plan) {
        RuleUse[] calldata uses = segment.uses;
        uint256[] calldata tiles = segment.tiles;
        if (uses.length == 0 || uses.length > tier.maxRules) {
            revert IDriftRegistry.RuleCountOutOfRange(uses.length, tier.maxRules);
        }
        if (tiles.length > slotsOf(tier)) {
            revert IDriftRegistry.TooManyTiles(tiles.length, slotsOf(tier));
        }
        values = new uint256[](1 + VALUES_PER_PLACE * tier.maxRules + BITMAPS + 2 + 2 * tier.t + 2);
        uint256 ruleCount = rules.length;
        for (uint256 place = 0; place < uses.length; ++place) {
            uint256 ruleIndex = uses[place].ruleIndex;
            if (ruleIndex >= ruleCount) revert IDriftRegistry.UnknownRule(ruleIndex, ruleCount);
            _markUsed(usedRules, ruleIndex);
            uint256 rule = rules[ruleIndex];
            bool isRankPart = plan.rankSlots == plan.slots;
            if (place != 0) {
                // Up to the first rule without a rank, all slots are those of rank rules.
                bool follows = isRankPart && rule.maxRank() == 0;
                bool isAscending = ruleIndex > uses[place - 1].ruleIndex && isRankPart == (rule.maxRank() != 0);
                if (!follows && !isAscending) revert IDriftRegistry.RuleOutOfOrder(place, ruleIndex);
            }
            _placeTiles(rule, uses[place], tiles, plan);
            uint256 offset = 1 + VALUES_PER_PLACE * place;
            if (rule.maxRank() != 0) _placeRank(rule, place, uses[place], tier, plan, values);
            values[offset] = uses[place].tileCount;
            values[offset + 3] = rule.maxRank();
            values[offset + 4] = rule.shift();
            values[offset + 5] = rule.maxResidualSq();
            values[offset + 6] = rule.maxNonzeros();
        }
        if (plan.slots != tiles.length) {
            revert IDriftRegistry.TileCountMismatch(plan.slots, tiles.length);
        }
        _placeBitmaps(plan, tier, values);
    }

    /// @dev Fills `d1` and the opening claim. Reverts for non-canonical scalars and a `z` of another length.
    function bind(
        uint256[] memory values,
        Context memory context,
        Segment calldata segment,
        Constants.TierShape memory tier
    ) internal view {
        values[0] = _contextDigest(context, segment);
        OpeningClaim calldata claim = segment.claim;
        uint256[] calldata z = claim.z;
        uint256 ell = 2 * tier.t;
        if (z.length != ell) revert IDriftRegistry.PointLengthMismatch(ell, z.length);
        uint256 offset = 1 + VALUES_PER_PLACE * tier.maxRules + BITMAPS;
        values[offset] = claim.theta;
        values[offset + 1] = claim.psi;
        uint256 last = Words.putAll(values, offset + 2, z);
        values[last] = claim.y;
        for (uint256 i = offset; i <= last; ++i) {
            Fr.requireCanonical(values[i]);
        }
    }

    /// @dev The circuit's public signals `[h, η, v]`: `η = keccak256(values, h) mod p`, `v = Σ values_i η^i`.
    /// Fills in `h`.
    function publicSignals(uint256[] memory values, uint256 h) internal pure returns (uint256[3] memory) {
        Fr.requireCanonical(h);
        uint256 count = values.length - 1;
        values[count] = h;
        uint256 eta = Fr.fromHash(Words.hash(values));
        return [h, eta, Fr.evaluate(values, count, eta)];
    }

    /// @dev Slots for changed tiles: the last three of the `2^mu` belong to the factors and to the lookup table.
    function slotsOf(Constants.TierShape memory tier) internal pure returns (uint256) {
        return (1 << tier.mu) - 3;
    }

    function _markUsed(uint256[] memory usedRules, uint256 ruleIndex) private pure {
        uint256 bit = 1 << (ruleIndex & 0xff);
        uint256 word = usedRules[ruleIndex >> 8];
        if (word & bit != 0) revert IDriftRegistry.RuleUsedTwice(ruleIndex);
        usedRules[ruleIndex >> 8] = word | bit;
    }

    /// @dev Tiles lie in their rule and increase; rules are disjoint, so no tile comes twice.
    function _placeTiles(
        uint256 rule,
        RuleUse calldata use,
        uint256[] calldata tiles,
        SlotPlan memory plan
    ) private pure {
        uint256 slot = plan.slots;
        uint256 count = use.tileCount;
        if (count == 0) revert IDriftRegistry.RuleUseEmpty(use.ruleIndex);
        if (count > tiles.length - slot) revert IDriftRegistry.TileCountMismatch(slot + count, tiles.length);
        uint256 next = rule.firstTile();
        uint256 end = rule.tilesEnd();
        plan.starts |= 1 << slot;
        if (rule.maxNonzeros() != 0) plan.masks |= ((1 << count) - 1) << slot;
        unchecked {
            // A tile is below `end`, so that neither sum overflows.
            for (uint256 slotsEnd = slot + count; slot < slotsEnd; ++slot) {
                uint256 tile = tiles[slot];
                if (tile < next || tile >= end) revert IDriftRegistry.TileOutOfOrder(slot, tile);
                next = tile + 1;
            }
        }
        plan.slots = slot;
    }

    /// @dev A rank rule: whole, within the tier, its panels after those of the rank rules before it.
    function _placeRank(
        uint256 rule,
        uint256 place,
        RuleUse calldata use,
        Constants.TierShape memory tier,
        SlotPlan memory plan,
        uint256[] memory values
    ) private pure {
        if (place >= tier.maxRankRules) revert IDriftRegistry.TooManyRankRules(tier.maxRankRules);
        if (rule.maxRank() > tier.maxRank) {
            revert IDriftRegistry.RankAboveTier(use.ruleIndex, rule.maxRank(), tier.maxRank);
        }
        if (use.tileCount != rule.tileCount()) {
            revert IDriftRegistry.RankRuleIncomplete(use.ruleIndex, rule.tileCount(), use.tileCount);
        }
        uint256 rows = rule.tileCount() / rule.gridCols();
        uint256 cols = rule.gridCols();
        uint256 maxPanels = (1 << tier.t) / tier.maxRank;
        plan.rowPanelStarts |= 1 << plan.rowPanels;
        plan.colPanelStarts |= 1 << plan.colPanels;
        plan.rowPanels += rows;
        plan.colPanels += cols;
        if (plan.rowPanels > maxPanels || plan.colPanels > maxPanels) {
            revert IDriftRegistry.TooManyPanels(plan.rowPanels, plan.colPanels, maxPanels);
        }
        plan.rankSlots = plan.slots;
        uint256 offset = 1 + VALUES_PER_PLACE * place;
        values[offset + 1] = rows;
        values[offset + 2] = cols;
    }

    /// @dev With rank rules, the first free panel is marked as well if there is one.
    function _placeBitmaps(
        SlotPlan memory plan,
        Constants.TierShape memory tier,
        uint256[] memory values
    ) private pure {
        uint256 maxPanels = (1 << tier.t) / tier.maxRank;
        plan.used = (1 << plan.slots) - 1;
        if (plan.rankSlots != 0) {
            if (plan.rowPanels < maxPanels) plan.rowPanelStarts |= 1 << plan.rowPanels;
            if (plan.colPanels < maxPanels) plan.colPanelStarts |= 1 << plan.colPanels;
        }
        uint256 offset = 1 + VALUES_PER_PLACE * tier.maxRules;
        values[offset] = plan.used;
        values[offset + 1] = plan.starts;
        values[offset + 2] = plan.masks;
        values[offset + 3] = plan.rowPanelStarts;
        values[offset + 4] = plan.colPanelStarts;
    }

    /// @dev `keccak256(abi.encode(chainId, registry, publisher, tier, prev, next, policyId, tiles, points)) mod p`.
    /// `points` are x and y of `C0_T, C1_T` for every slot, of the masks, of `P_A`, `P_B`, `m` and `M`. Counts of
    /// commitments must be checked.
    function _contextDigest(Context memory context, Segment calldata segment) private view returns (uint256) {
        SegmentCommitments calldata commitments = segment.commitments;
        G1Point[] calldata base = commitments.base;
        G1Point[] calldata masks = commitments.masks;
        uint256[] calldata tiles = segment.tiles;
        uint256 pointWords = 4 * base.length + 2 * masks.length + 8;
        // Seven words, two offsets, then both arrays with their lengths.
        uint256[] memory words = new uint256[](9 + 1 + tiles.length + 1 + pointWords);
        words[0] = block.chainid;
        words[1] = uint160(address(this));
        words[2] = uint160(context.publisher);
        words[3] = context.tierId;
        words[4] = uint256(context.prevModelId);
        words[5] = uint256(context.nextModelId);
        words[6] = uint256(context.policyId);
        words[7] = 32 * 9;
        words[8] = 32 * (9 + 1 + tiles.length);
        words[9] = tiles.length;
        uint256 next = Words.putAll(words, 10, tiles);
        words[next] = pointWords;
        next = Words.putAlternately(words, next + 1, base, commitments.tuned);
        next = Words.putAll(words, next, masks);
        Words.put(words, next, commitments.factorA);
        Words.put(words, next + 2, commitments.factorB);
        Words.put(words, next + 4, commitments.multiplicity);
        Words.put(words, next + 6, commitments.blinding);
        return Fr.fromHash(Words.hash(words));
    }
}
