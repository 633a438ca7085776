// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../generated/Constants.sol";

/// @title Arithmetic in BN254's scalar field
/// @notice Elements are integers below `Constants.FR_ORDER`. Arguments must be canonical where not said otherwise.
library Fr {
    uint256 internal constant P = Constants.FR_ORDER;

    /// @notice A scalar is not below the field's order.
    error ScalarNotCanonical(uint256 scalar);

    /// @notice The inverse of zero was asked for, or the modular exponentiation precompile failed.
    error NoInverse(uint256 scalar);

    function requireCanonical(uint256 a) internal pure {
        if (a >= P) revert ScalarNotCanonical(a);
    }

    /// @dev `hash mod p`.
    function fromHash(bytes32 hash) internal pure returns (uint256) {
        return uint256(hash) % P;
    }

    function add(uint256 a, uint256 b) internal pure returns (uint256) {
        return addmod(a, b, P);
    }

    function mul(uint256 a, uint256 b) internal pure returns (uint256) {
        return mulmod(a, b, P);
    }

    function neg(uint256 a) internal pure returns (uint256) {
        return a == 0 ? 0 : P - a;
    }

    function sub(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            return addmod(a, P - b, P);
        }
    }

    /// @dev `Σ_i coefficients[i]·x^i` over the first `count` coefficients. `count` must not exceed the array's length.
    function evaluate(uint256[] memory coefficients, uint256 count, uint256 x) internal pure returns (uint256 value) {
        uint256 p = P;
        assembly ("memory-safe") {
            let pointer := add(coefficients, shl(5, count))
            for {} and(sub(pointer, coefficients), 0x60) {
                pointer := sub(pointer, 0x20)
            } {
                value := addmod(mulmod(value, x, p), mload(pointer), p)
            }
            // The rest by fours.
            for {} gt(pointer, coefficients) {
                pointer := sub(pointer, 0x80)
            } {
                value := addmod(mulmod(value, x, p), mload(pointer), p)
                value := addmod(mulmod(value, x, p), mload(sub(pointer, 0x20)), p)
                value := addmod(mulmod(value, x, p), mload(sub(pointer, 0x40)), p)
                value := addmod(mulmod(value, x, p), mload(sub(pointer, 0x60)), p)
            }
        }
    }

    /// @dev `a^exponent` by squaring, for small exponents.
    function pow(uint256 a, uint256 exponent) internal pure returns (uint256 result) {
        result = 1;
        for (; exponent != 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = mulmod(result, a, P);
            a = mulmod(a, a, P);
        }
    }

    /// @dev `1/a` as `a^(p-2)`. Reverts for zero.
    function inv(uint256 a) internal view returns (uint256 result) {
        bool success;
        uint256 p = P;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore(buffer, 0x20)
            mstore(add(buffer, 0x20), 0x20)
            mstore(add(buffer, 0x40), 0x20)
            mstore(add(buffer, 0x60), a)
            mstore(add(buffer, 0x80), sub(p, 2))
            mstore(add(buffer, 0xa0), p)
            success := staticcall(gas(), 0x05, buffer, 0xc0, 0x00, 0x20)
            success := and(success, eq(returndatasize(), 0x20))
            result := mload(0x00)
        }
        if (!success || a == 0) revert NoInverse(a);
    }
}
