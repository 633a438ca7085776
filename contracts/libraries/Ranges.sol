// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {RuleWords} from "./RuleWords.sol";

/// @title The ranges of a policy by tile
/// @notice A word for each: from the lowest bits 16 number of its rule, 21 first tile after it, 20 its first tile; so
/// that words are in the order of tiles. Ranges of a policy are disjoint.
library Ranges {
    using RuleWords for uint256;

    /// @dev All ranges of a policy in the words of `RuleWords`, ascending.
    function sorted(uint256[] memory policy) internal pure returns (uint256[] memory ranges) {
        ranges = new uint256[](policy.length * RuleWords.RANGES_PER_WORD);
        uint256 count = 0;
        for (uint256 i = 0; i < policy.length && policy[i].isHead(); ++i) {
            uint256 head = policy[i];
            ranges[count++] = _word(head, i);
            uint256 next = head.firstMore();
            for (uint256 end = next + head.moreWords(); next < end; ++next) {
                uint256 word = policy[next];
                for (uint256 left = word.rangeCount(); left != 0; --left) {
                    ranges[count++] = _word(word, i);
                    word >>= RuleWords.RANGE_BITS;
                }
            }
        }
        assembly ("memory-safe") {
            mstore(ranges, count)
        }
        return _sort(ranges);
    }

    function firstTile(uint256 range) internal pure returns (uint256) {
        return range >> 37;
    }

    /// @dev First tile after the range.
    function tilesEnd(uint256 range) internal pure returns (uint256) {
        return (range >> 16) & 0x1fffff;
    }

    function ruleOf(uint256 range) internal pure returns (uint256) {
        return range & 0xffff;
    }

    /// @dev The first of sorted ranges that ends after a tile.
    function find(uint256[] memory ranges, uint256 tile) internal pure returns (uint256 low) {
        uint256 high = ranges.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (tilesEnd(ranges[middle]) > tile) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
    }

    function _word(uint256 word, uint256 rule) private pure returns (uint256) {
        return rule | (word.tilesEnd() << 16) | (word.firstTile() << 37);
    }

    /// @dev By merging runs of 1, 2, 4, … words.
    function _sort(uint256[] memory words) private pure returns (uint256[] memory) {
        uint256 count = words.length;
        uint256[] memory other = new uint256[](count);
        for (uint256 width = 1; width < count; width *= 2) {
            for (uint256 begin = 0; begin < count; begin += 2 * width) {
                uint256 middle = begin + width < count ? begin + width : count;
                uint256 end = middle + width < count ? middle + width : count;
                (uint256 left, uint256 right) = (begin, middle);
                for (uint256 i = begin; i < end; ++i) {
                    bool isLeft = right == end || (left < middle && words[left] < words[right]);
                    other[i] = words[isLeft ? left++ : right++];
                }
            }
            (words, other) = (other, words);
        }
        return words;
    }
}
