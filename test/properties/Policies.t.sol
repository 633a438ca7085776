// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {
    ClassStart,
    DriftInterval,
    IDriftRegistry,
    ModelParts,
    RuleBounds,
    TileRange
} from "../../contracts/interfaces/IDriftRegistry.sol";
import {Constants} from "../../contracts/generated/Constants.sol";
import {Drift} from "../../contracts/libraries/Drift.sol";
import {Ranges} from "../../contracts/libraries/Ranges.sol";
import {RuleWords} from "../../contracts/libraries/RuleWords.sol";
import {PolicyMath} from "../../contracts/PolicyMath.sol";
import {Big} from "./Big.sol";
import {Properties} from "./Vm.sol";

/// @notice Bounds that policies allow together, against exact arithmetic: the squares of a lineage's policies are below
/// `2^512` in the unit `2^-(unit + 72)` of any rule that has a tile of theirs.
contract PoliciesTest is Properties {
    using RuleWords for uint256;

    struct Policy {
        RuleBounds[] rules;
        TileRange[] ranges;
    }

    uint32 private constant _TILES = 24;
    /// @dev Units of rules that share a tile differ by 31 + 40 at most.
    uint256 private constant _FINER = 72;

    PolicyMath private immutable _MATH = new PolicyMath();

    /// P2: a policy is what it was after packing, and the exponent of every tile is the one of its class.
    function testFuzz_policiesArePackedWithoutLoss(uint256 seed) external view {
        ClassStart[] memory classes = _classes(seed);
        Policy memory policy = _policy(seed, 0, classes, true);
        uint256[] memory words = _pack(classes, policy);
        (, RuleBounds[] memory rules, TileRange[] memory ranges) = _MATH.unpack(0, words);
        assert(keccak256(abi.encode(rules, ranges)) == keccak256(abi.encode(policy.rules, policy.ranges)));
        uint256 found = 0;
        for (uint256 i = 0; i < words.length && words[i].isHead(); ++i) {
            found += _assertRange(words[i], i, classes, policy);
            for (uint256 j = 0; j < words[i].moreWords(); ++j) {
                uint256 word = words[words[i].firstMore() + j];
                assert(!word.isHead() && word.rangeCount() >= 1 && word.rangeCount() <= RuleWords.RANGES_PER_WORD);
                for (uint256 left = word.rangeCount(); left != 0; --left) {
                    found += _assertRange(word, i, classes, policy);
                    word >>= RuleWords.RANGE_BITS;
                }
            }
        }
        assert(found == ranges.length);
    }

    /// P3: policies of many ranges are sorted by tile.
    function testFuzz_rangesAreSorted(uint256 seed, uint256 ruleCount) external view {
        ClassStart[] memory classes = new ClassStart[](1);
        ruleCount = bound(ruleCount, 1, 12);
        Policy memory policy = Policy(new RuleBounds[](ruleCount), new TileRange[](90));
        for (uint32 i = 0; i < 90; ++i) {
            uint256 rule = i < ruleCount ? i : uint256(keccak256(abi.encode(seed, i))) % ruleCount;
            policy.ranges[i] = TileRange(3 * i, 1 + (i % 3), uint16(rule));
        }
        (, , TileRange[] memory ranges) = _MATH.unpack(0, _packFor(classes, policy, 300));
        assert(keccak256(abi.encode(ranges)) == keccak256(abi.encode(policy.ranges)));
    }

    /// P1: a policy has at most 4,096 words.
    function test_largerPoliciesAreRefused() external view {
        ClassStart[] memory classes = new ClassStart[](1);
        for (uint256 count = 4096; count <= 4097; ++count) {
            Policy memory policy = Policy(new RuleBounds[](count), new TileRange[](count));
            for (uint256 i = 0; i < count; ++i) policy.ranges[i] = TileRange(uint32(i), 1, uint16(i));
            try _MATH.pack(_base(5000, classes), classes, policy.rules, policy.ranges) returns (
                bytes32,
                uint256[] memory,
                bytes memory
            ) {
                assert(count == 4096);
            } catch (bytes memory reason) {
                bytes memory expected = abi.encodeWithSelector(IDriftRegistry.PolicyTooLarge.selector, 4097, 4096);
                assert(count == 4097 && keccak256(reason) == keccak256(expected));
            }
        }
    }

    /// P1: whatever `pack` takes is well-formed tile by tile, if one number of a well-formed policy or table is changed.
    function testFuzz_packTakesNothingElse(uint256 seed, uint256 which, uint256 value) external view {
        ClassStart[] memory classes = _classes(seed);
        Policy memory policy = _policy(seed, 0, classes, true);
        _change(classes, policy, which, value);
        try _MATH.pack(_base(_TILES, classes), classes, policy.rules, policy.ranges) returns (
            bytes32,
            uint256[] memory,
            bytes memory
        ) {
            _assertWellFormed(classes, policy);
        } catch {}
    }

    /// L4: no drift that policies allow one after the other is beyond the accumulated one.
    function testFuzz_accumulatedDriftIsNeverUnderstated(uint256 seed, uint256 policyCount) external view {
        ClassStart[] memory classes = _classes(seed);
        (Policy[] memory policies, uint256[][] memory words) = _policies(seed, classes, bound(policyCount, 1, 4), true);
        DriftInterval[] memory intervals = Drift.intervals(words);
        uint256 end = 0;
        for (uint256 i = 0; i < intervals.length; ++i) {
            assert(intervals[i].firstTile >= end && intervals[i].tileCount != 0);
            end = intervals[i].firstTile + intervals[i].tileCount;
        }
        for (uint256 tile = 0; tile < _TILES; ++tile) {
            if (tile != 0 && _haveSameRules(policies, tile - 1, tile)) continue;
            bool isCovered = false;
            for (uint256 i = 0; i < intervals.length; ++i) {
                DriftInterval memory interval = intervals[i];
                if (tile < interval.firstTile || tile >= interval.firstTile + interval.tileCount) continue;
                isCovered = true;
                _assertBoundsDrift(interval, policies, tile);
            }
            bool isChanged = false;
            for (uint256 i = 0; i < policies.length; ++i) isChanged = isChanged || _ruleAt(policies[i], tile) >= 0;
            assert(isCovered == isChanged);
        }
    }

    /// L4: intervals are the longest ones: neighbors have other rules.
    function testFuzz_intervalsAreTheLongest(uint256 seed, uint256 policyCount) external view {
        ClassStart[] memory classes = _classes(seed);
        (Policy[] memory policies, uint256[][] memory words) = _policies(seed, classes, bound(policyCount, 1, 4), true);
        DriftInterval[] memory intervals = Drift.intervals(words);
        for (uint256 i = 0; i < intervals.length; ++i) {
            uint256 end = intervals[i].firstTile + intervals[i].tileCount;
            for (uint256 tile = intervals[i].firstTile + 1; tile < end; ++tile) {
                assert(_haveSameRules(policies, tile - 1, tile));
            }
            bool isNext = i + 1 < intervals.length && intervals[i + 1].firstTile == end;
            if (isNext) assert(!_haveSameRules(policies, end - 1, end));
        }
    }

    /// L4: what `fits` lets pass is what the target allows, whatever the target is: tile by tile, and budget by budget.
    function testFuzz_fitsIsNeverTooMuch(uint256 seed, uint256 policyCount) external view {
        ClassStart[] memory classes = _classes(seed);
        (Policy[] memory policies, uint256[][] memory words) = _policies(seed, classes, bound(policyCount, 1, 3), true);
        Policy memory target = _policy(seed, 99, classes, true);
        uint256[] memory targetWords = _pack(classes, target);
        if (Drift.fits(words, targetWords)) _assertAllows(target, policies);
        // One that has every tile, and bounds near what is allowed together.
        target = _around(seed, classes, policies);
        if (Drift.fits(words, _pack(classes, target))) _assertAllows(target, policies);
        // A policy is within itself, whatever it says.
        for (uint256 i = 0; i < words.length; ++i) {
            uint256[][] memory alone = new uint256[][](1);
            alone[0] = words[i];
            assert(Drift.fits(alone, words[i]));
        }
    }

    /// L5: policies fit exactly what they allow together, and nothing less: one nonzero less, or a norm that the largest
    /// drift exceeds. Rounding costs less than a unit of `2^-(unit + 38)` for each rule.
    function testFuzz_fitsWhatIsAllowedTogetherAndNoLess(uint256 seed, uint256 policyCount) external view {
        ClassStart[] memory classes = _classes(seed);
        policyCount = bound(policyCount, 1, 4);
        (Policy[] memory policies, uint256[][] memory words) = _policies(seed, classes, policyCount, false);
        Policy memory target = _covering(seed, classes);
        int256 unit = target.rules[0].unit;
        (uint256 norm, uint256 nonzeros, uint256 rules) = (0, 0, 0);
        for (uint256 i = 0; i < policyCount; ++i) {
            norm += Big.root(_square(policies[i], target, 0, unit));
            for (uint256 j = 0; j < policies[i].rules.length; ++j) nonzeros += policies[i].rules[j].maxNonzeros;
            rules += policies[i].rules.length;
        }
        // Rounded down by less than one for each policy; and what the contract rounds.
        uint256 least = _inUnits(norm);
        uint256 enough = _inUnits(norm + policyCount + ((rules + policyCount) << (_FINER - 38))) + 1;
        if (enough >> Constants.RESIDUAL_SQ_BITS != 0) return;
        assert(_fits(words, classes, target, nonzeros, enough));
        if (nonzeros != 0) assert(!_fits(words, classes, target, nonzeros - 1, enough));
        if (least != 0) assert(!_fits(words, classes, target, nonzeros, least - 1));
    }

    /// L6: one rule fits another exactly if its budget is at most the other's, in whatever units; conversions that
    /// saturate never make it fit.
    function testFuzz_unitsAreComparedExactly(
        uint256 budget,
        uint256 other,
        int256 unit,
        int256 otherUnit
    ) external pure {
        unit = int256(bound(uint256(unit), 0, 263)) - 128;
        otherUnit = int256(bound(uint256(otherUnit), 0, 263)) - 128;
        budget = _sized(budget);
        other = _sized(other);
        uint256[][] memory policies = new uint256[][](1);
        policies[0] = _normRule(unit, budget);
        int256 lowest = unit > otherUnit ? unit : otherUnit;
        bool isExactly = Big.isAtMost(
            Big.shifted(budget, uint256(2 * (lowest - unit))),
            Big.shifted(other, uint256(2 * (lowest - otherUnit)))
        );
        assert(Drift.fits(policies, _normRule(otherUnit, other)) == isExactly);
        // Twice the same path: norms add, so squares are four times as large; never let pass if that is more.
        uint256[][] memory twice = new uint256[][](2);
        (twice[0], twice[1]) = (policies[0], policies[0]);
        bool isTwice = Big.isAtMost(
            Big.shifted(budget, uint256(2 * (lowest - unit) + 2)),
            Big.shifted(other, uint256(2 * (lowest - otherUnit)))
        );
        if (Drift.fits(twice, _normRule(otherUnit, other))) assert(isTwice);
        // The accumulated norm is at least the budget's root; the largest integer stands for all above.
        DriftInterval memory interval = Drift.intervals(_pair(policies[0], _normRule(otherUnit, other)))[0];
        assert(interval.unit == int16(lowest));
        if (interval.maxNorm == type(uint256).max) return;
        assert(Big.isAtMost(Big.shifted(budget, uint256(2 * (lowest - unit))), Big.square(interval.maxNorm)));
    }

    function _pair(uint256[] memory a, uint256[] memory b) private pure returns (uint256[][] memory pair) {
        pair = new uint256[][](2);
        (pair[0], pair[1]) = (a, b);
    }

    /// @dev Of any size.
    function _sized(uint256 random) private pure returns (uint256) {
        return (random >> 8) % (1 << (random % (Constants.RESIDUAL_SQ_BITS + 1)));
    }

    /// @dev A policy of one rule about tile 0, as no class table would have it.
    function _normRule(int256 unit, uint256 budget) private pure returns (uint256[] memory words) {
        words = new uint256[](1);
        words[0] = (1 << 255) | (uint256(unit + 128) << 240) | (budget << 140);
        assert(words[0].unit() == unit && words[0].maxResidualSq() == budget && words[0].tilesEnd() == 1);
    }

    function _fits(
        uint256[][] memory words,
        ClassStart[] memory classes,
        Policy memory target,
        uint256 nonzeros,
        uint256 square
    ) private view returns (bool) {
        (target.rules[0].maxNonzeros, target.rules[0].maxResidualSq) = (uint64(nonzeros), uint128(square));
        return Drift.fits(words, _pack(classes, target));
    }

    /// @dev The square of a norm in units of `2^-(unit + _FINER)`, in those of `2^-2unit`, rounded down; the largest
    /// integer for what is above 2^256.
    function _inUnits(uint256 norm) private pure returns (uint256) {
        uint256[4] memory square = Big.square(norm);
        if (square[1] >> (2 * _FINER) != 0) return type(uint256).max - 1;
        return (square[0] >> (2 * _FINER)) | (square[1] << (256 - 2 * _FINER));
    }

    /// @dev What the rules of a policy that have a tile of a target's rule allow together, in units of
    /// `2^-2(unit + _FINER)`: exactly.
    function _square(
        Policy memory policy,
        Policy memory target,
        uint256 k,
        int256 unit
    ) private pure returns (uint256[4] memory sum) {
        for (uint256 j = 0; j < policy.rules.length; ++j) {
            if (!_overlap(policy, j, target, k)) continue;
            uint256 bits = uint256(2 * (unit + int256(_FINER) - policy.rules[j].unit));
            sum = Big.add(sum, Big.shifted(policy.rules[j].maxResidualSq, bits));
        }
    }

    function _overlap(Policy memory a, uint256 j, Policy memory b, uint256 k) private pure returns (bool) {
        for (uint256 tile = 0; tile < _TILES; ++tile) {
            if (_ruleAt(a, tile) == int256(j) && _ruleAt(b, tile) == int256(k)) return true;
        }
        return false;
    }

    /// @dev -1 for none.
    function _ruleAt(Policy memory policy, uint256 tile) private pure returns (int256) {
        for (uint256 i = 0; i < policy.ranges.length; ++i) {
            TileRange memory range = policy.ranges[i];
            if (tile >= range.firstTile && tile < range.firstTile + range.tileCount) return int256(uint256(range.rule));
        }
        return -1;
    }

    function _haveSameRules(Policy[] memory policies, uint256 a, uint256 b) private pure returns (bool areSame) {
        areSame = true;
        for (uint256 i = 0; i < policies.length; ++i) {
            areSame = areSame && _ruleAt(policies[i], a) == _ruleAt(policies[i], b);
        }
    }

    /// @dev The largest norm of each policy adds, in one direction.
    function _assertBoundsDrift(DriftInterval memory interval, Policy[] memory policies, uint256 tile) private pure {
        (uint256 norm, uint256 nonzeros, uint256 rank, uint256 count) = (0, 0, 0, 0);
        int256 unit = type(int256).min;
        for (uint256 i = 0; i < policies.length; ++i) {
            int256 j = _ruleAt(policies[i], tile);
            if (j < 0) continue;
            RuleBounds memory rule = policies[i].rules[uint256(j)];
            if (rule.unit > unit) unit = rule.unit;
        }
        assert(interval.unit == int16(unit));
        for (uint256 i = 0; i < policies.length; ++i) {
            int256 j = _ruleAt(policies[i], tile);
            if (j < 0) continue;
            RuleBounds memory rule = policies[i].rules[uint256(j)];
            norm += Big.root(Big.shifted(rule.maxResidualSq, uint256(2 * (unit + int256(_FINER) - rule.unit))));
            nonzeros += rule.maxNonzeros;
            rank += rule.maxRank;
            ++count;
        }
        assert(interval.maxNonzeros == nonzeros && interval.maxRank >= rank);
        // Not below, and not more above than each root's rounding.
        assert(interval.maxNorm << _FINER >= norm && interval.maxNorm << _FINER <= norm + (count << _FINER));
    }

    /// @dev Every tile that a policy changes is one of the target's; ranks, nonzeros and norms of all rules that have a
    /// tile of a target's rule are within its budgets.
    function _assertAllows(Policy memory target, Policy[] memory policies) private pure {
        for (uint256 tile = 0; tile < _TILES; ++tile) {
            int256 k = _ruleAt(target, tile);
            uint256 rank = 0;
            for (uint256 i = 0; i < policies.length; ++i) {
                int256 j = _ruleAt(policies[i], tile);
                if (j < 0) continue;
                assert(k >= 0);
                rank += policies[i].rules[uint256(j)].maxRank;
            }
            if (k >= 0) assert(rank <= target.rules[uint256(k)].maxRank);
        }
        for (uint256 k = 0; k < target.rules.length; ++k) {
            int256 unit = target.rules[k].unit;
            (uint256 norm, uint256 nonzeros, uint256 count) = (0, 0, 0);
            uint256[4] memory square;
            for (uint256 i = 0; i < policies.length; ++i) {
                uint256[4] memory more = _square(policies[i], target, k, unit);
                uint256 root = Big.root(more);
                if (root != 0) ++count;
                norm += root;
                square = Big.add(square, more);
                for (uint256 j = 0; j < policies[i].rules.length; ++j) {
                    if (_overlap(policies[i], j, target, k)) nonzeros += policies[i].rules[j].maxNonzeros;
                }
            }
            assert(nonzeros <= target.rules[k].maxNonzeros);
            uint256[4] memory budget = Big.shifted(target.rules[k].maxResidualSq, 2 * _FINER);
            assert(Big.isAtMost(Big.square(norm), budget));
            // Of one policy alone, exactly.
            if (count < 2) assert(Big.isAtMost(square, budget));
        }
    }

    function _assertRange(
        uint256 word,
        uint256 rule,
        ClassStart[] memory classes,
        Policy memory policy
    ) private pure returns (uint256) {
        RuleBounds memory bounds = policy.rules[rule];
        for (uint256 tile = word.firstTile(); tile < word.tilesEnd(); ++tile) {
            assert(_ruleAt(policy, tile) == int256(rule));
            int256 exponent = bounds.unit - _fractionBits(classes, tile) - int256(uint256(bounds.shift));
            assert(int256(word.exponent()) == exponent);
        }
        return 1;
    }

    function _fractionBits(ClassStart[] memory classes, uint256 tile) private pure returns (int256 f) {
        for (uint256 i = 0; i < classes.length && classes[i].firstTile <= tile; ++i) f = classes[i].fractionBits;
    }

    /// @dev One to five classes, within 31 bits of each other.
    function _classes(uint256 seed) private pure returns (ClassStart[] memory classes) {
        uint256 random = uint256(keccak256(abi.encode(seed, "classes")));
        classes = new ClassStart[](1 + (random % 5));
        int256 lowest = int256((random >> 8) % 162) - 128;
        uint256 first = 0;
        for (uint256 i = 0; i < classes.length; ++i) {
            random = uint256(keccak256(abi.encode(random)));
            int256 f = lowest + int256(random % 32);
            if (i != 0 && f == classes[i - 1].fractionBits) f = f == lowest ? lowest + 1 : lowest;
            classes[i] = ClassStart(uint32(first), int16(f));
            first += 1 + ((random >> 8) % 5);
            if (first >= _TILES) first = _TILES - 1;
        }
        // Those behind the last tile's are none.
        for (uint256 i = 1; i < classes.length; ++i) {
            if (classes[i].firstTile > classes[i - 1].firstTile) continue;
            assembly ("memory-safe") {
                mstore(classes, i)
            }
        }
    }

    /// @dev A unit that every tile's squares can count in.
    function _unit(uint256 random, ClassStart[] memory classes) private pure returns (int16) {
        (int256 low, int256 high) = (type(int256).min, type(int256).max);
        for (uint256 i = 0; i < classes.length; ++i) {
            int256 f = classes[i].fractionBits;
            if (f > low) low = f;
            if (f + 31 < high) high = f + 31;
        }
        return int16(low + int256(random % uint256(high - low + 1)));
    }

    function _policies(
        uint256 seed,
        ClassStart[] memory classes,
        uint256 count,
        bool hasRanks
    ) private view returns (Policy[] memory policies, uint256[][] memory words) {
        policies = new Policy[](count);
        words = new uint256[][](count);
        for (uint256 i = 0; i < count; ++i) {
            policies[i] = _policy(seed, i, classes, hasRanks);
            words[i] = _pack(classes, policies[i]);
        }
    }

    /// @dev Up to six rules of ranges between each other's, some about a matrix.
    function _policy(
        uint256 seed,
        uint256 index,
        ClassStart[] memory classes,
        bool hasRanks
    ) private pure returns (Policy memory policy) {
        policy = Policy(new RuleBounds[](6), new TileRange[](_TILES));
        (uint256 rules, uint256 ranges) = (0, 0);
        uint256 class = 0;
        for (uint256 tile = 0; tile < _TILES;) {
            uint256 random = uint256(keccak256(abi.encode(seed, index, tile)));
            while (class + 1 < classes.length && classes[class + 1].firstTile <= tile) ++class;
            uint256 end = class + 1 < classes.length ? classes[class + 1].firstTile : _TILES;
            uint256 length = 1 + (random % 4);
            if (tile + length > end) length = end - tile;
            uint256 rule = rules < 6 ? (random >> 8) % (rules + 1) : (random >> 8) % 6;
            bool isRank = hasRanks && rule == rules && (random >> 16) % 3 == 0;
            // Nothing more into a rank rule; and some tiles are frozen.
            if ((rule < rules && policy.rules[rule].maxRank != 0) || (random >> 24) % 4 == 0) {
                tile += length;
                continue;
            }
            if (rule == rules) {
                policy.rules[rules++] = _bounds(random >> 32, isRank, classes, class, length);
            }
            policy.ranges[ranges++] = TileRange(uint32(tile), uint32(length), uint16(rule));
            tile += length;
        }
        // At least one.
        if (rules == 0) {
            policy.rules[rules++] = _bounds(seed, false, classes, 0, 1);
            policy.ranges[ranges++] = TileRange(0, 1, 0);
        }
        _cut(policy, rules, ranges);
    }

    function _bounds(
        uint256 random,
        bool isRank,
        ClassStart[] memory classes,
        uint256 class,
        uint256 length
    ) private pure returns (RuleBounds memory rule) {
        rule.unit = _unit(random, classes);
        if (isRank) {
            rule.shift = uint8((random >> 8) % 41);
            rule.unit = classes[class].fractionBits + int16(uint16(rule.shift));
            rule.maxRank = uint8(1 + ((random >> 16) % 4));
            rule.gridCols = uint32(length);
        }
        rule.maxNonzeros = uint64((random >> 24) % 3);
        rule.maxResidualSq = uint128((random >> 32) % (1 << ((random >> 200) % 100)));
    }

    function _cut(Policy memory policy, uint256 ruleCount, uint256 rangeCount) private pure {
        (RuleBounds[] memory rules, TileRange[] memory ranges) = (policy.rules, policy.ranges);
        assembly ("memory-safe") {
            mstore(rules, ruleCount)
            mstore(ranges, rangeCount)
        }
    }

    /// @dev One rule about all tiles, without bounds yet.
    function _covering(uint256 seed, ClassStart[] memory classes) private pure returns (Policy memory policy) {
        policy = Policy(new RuleBounds[](1), new TileRange[](classes.length));
        policy.rules[0].unit = _unit(uint256(keccak256(abi.encode(seed, "covering"))), classes);
        for (uint256 i = 0; i < classes.length; ++i) {
            uint32 end = i + 1 < classes.length ? classes[i + 1].firstTile : _TILES;
            policy.ranges[i] = TileRange(classes[i].firstTile, end - classes[i].firstTile, 0);
        }
    }

    /// @dev One rule about all tiles, whose norm is that of the policies, or a little less or more.
    function _around(
        uint256 seed,
        ClassStart[] memory classes,
        Policy[] memory policies
    ) private pure returns (Policy memory target) {
        target = _covering(seed, classes);
        target.rules[0].maxNonzeros = type(uint16).max;
        uint256 norm = 0;
        for (uint256 i = 0; i < policies.length; ++i) {
            norm += Big.root(_square(policies[i], target, 0, target.rules[0].unit));
        }
        uint256 square = _inUnits(norm);
        if (square >> Constants.RESIDUAL_SQ_BITS != 0) return target;
        if (square != 0 && seed % 3 == 0) --square;
        target.rules[0].maxResidualSq = uint128(square + (seed % 3 == 1 ? 1 : 0));
        if (target.rules[0].maxResidualSq >> Constants.RESIDUAL_SQ_BITS != 0) --target.rules[0].maxResidualSq;
    }

    /// @dev Makes one number any other.
    function _change(ClassStart[] memory classes, Policy memory policy, uint256 which, uint256 value) private pure {
        // Small in half the cases.
        if (value % 2 == 0) value = (value / 2) % 64;
        uint256 kind = which % 11;
        TileRange memory range = policy.ranges[(which / 11) % policy.ranges.length];
        RuleBounds memory rule = policy.rules[(which / 11) % policy.rules.length];
        ClassStart memory class = classes[(which / 11) % classes.length];
        if (kind == 0) range.firstTile = uint32(value);
        if (kind == 1) range.tileCount = uint32(value);
        if (kind == 2) range.rule = uint16(value);
        if (kind == 3) rule.unit = int16(int256(value));
        if (kind == 4) rule.gridCols = uint32(value);
        if (kind == 5) rule.maxRank = uint8(value);
        if (kind == 6) rule.shift = uint8(value);
        if (kind == 7) rule.maxNonzeros = uint64(value);
        if (kind == 8) rule.maxResidualSq = uint128(value);
        if (kind == 9) class.firstTile = uint32(value);
        if (kind == 10) class.fractionBits = int16(int256(value));
    }

    function _assertWellFormed(ClassStart[] memory classes, Policy memory policy) private pure {
        assert(classes[0].firstTile == 0);
        for (uint256 i = 0; i < classes.length; ++i) {
            assert(classes[i].firstTile < _TILES && classes[i].fractionBits >= -128 && classes[i].fractionBits <= 64);
            if (i == 0) continue;
            assert(classes[i].firstTile > classes[i - 1].firstTile);
            assert(classes[i].fractionBits != classes[i - 1].fractionBits);
        }
        uint256[] memory counts = new uint256[](policy.rules.length);
        (uint256 nextFree, uint256 begun) = (0, 0);
        for (uint256 i = 0; i < policy.ranges.length; ++i) {
            TileRange memory range = policy.ranges[i];
            assert(range.firstTile >= nextFree && range.tileCount != 0 && range.rule <= begun);
            nextFree = range.firstTile + range.tileCount;
            if (range.rule == begun) ++begun;
            assert(nextFree <= _TILES);
            ++counts[range.rule];
            RuleBounds memory rule = policy.rules[range.rule];
            int256 most = rule.maxRank == 0 ? int256(31) : int256(0);
            for (uint256 tile = range.firstTile; tile < nextFree; ++tile) {
                int256 f = _fractionBits(classes, tile);
                assert(f == _fractionBits(classes, range.firstTile));
                int256 exponent = rule.unit - f - int256(uint256(rule.shift));
                assert(exponent >= 0 && exponent <= most);
            }
            if (rule.maxRank == 0) continue;
            assert(rule.gridCols != 0 && range.tileCount % rule.gridCols == 0 && rule.shift <= 40);
        }
        assert(begun == policy.rules.length);
        for (uint256 k = 0; k < policy.rules.length; ++k) {
            RuleBounds memory rule = policy.rules[k];
            assert(rule.unit >= -128 && rule.unit <= 135);
            assert(rule.maxRank == 0 ? rule.gridCols == 0 && rule.shift == 0 : counts[k] == 1);
            assert(rule.maxNonzeros < 1 << 40 && rule.maxResidualSq < 1 << 100);
        }
    }

    function _pack(ClassStart[] memory classes, Policy memory policy) private view returns (uint256[] memory words) {
        return _packFor(classes, policy, _TILES);
    }

    function _packFor(
        ClassStart[] memory classes,
        Policy memory policy,
        uint256 tileCount
    ) private view returns (uint256[] memory words) {
        (, words, ) = _MATH.pack(_base(tileCount, classes), classes, policy.rules, policy.ranges);
    }

    function _base(uint256 tileCount, ClassStart[] memory classes) private pure returns (ModelParts memory) {
        return ModelParts(4, uint32(tileCount), 0, keccak256(abi.encode(classes)), 0);
    }
}
