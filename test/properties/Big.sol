// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Natural numbers of up to 1,024 bits
/// @notice For comparisons with exact arithmetic: four words, the lowest first. Overflows are asserted not to happen.
library Big {
    function add(uint256[4] memory a, uint256[4] memory b) internal pure returns (uint256[4] memory sum) {
        uint256 carry = 0;
        unchecked {
            for (uint256 i = 0; i < 4; ++i) {
                uint256 partial_ = a[i] + b[i];
                sum[i] = partial_ + carry;
                carry = partial_ < a[i] || sum[i] < partial_ ? 1 : 0;
            }
        }
        assert(carry == 0);
    }

    /// @dev `value · 2^bits`
    function shifted(uint256 value, uint256 bits) internal pure returns (uint256[4] memory big) {
        uint256 word = bits / 256;
        uint256 rest = bits % 256;
        assert(word < 4);
        big[word] = value << rest;
        uint256 above = rest == 0 ? 0 : value >> (256 - rest);
        if (word < 3) {
            big[word + 1] = above;
        } else {
            assert(above == 0);
        }
    }

    function isAtMost(uint256[4] memory a, uint256[4] memory b) internal pure returns (bool) {
        for (uint256 i = 4; i != 0;) {
            --i;
            if (a[i] != b[i]) return a[i] < b[i];
        }
        return true;
    }

    /// @dev For values below 2^256.
    function square(uint256 value) internal pure returns (uint256[4] memory big) {
        unchecked {
            uint256 rest = mulmod(value, value, type(uint256).max);
            big[0] = value * value;
            big[1] = rest - big[0] - (rest < big[0] ? 1 : 0);
        }
    }

    /// @dev The root of a value below 2^512, rounded down.
    function root(uint256[4] memory value) internal pure returns (uint256 low) {
        assert(value[2] | value[3] == 0);
        uint256 bit = 1 << (value[1] == 0 ? 127 : 128 + Math.log2(value[1]) / 2);
        for (; bit != 0; bit >>= 1) {
            if (isAtMost(square(low | bit), value)) low |= bit;
        }
    }
}
