// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {G1Point} from "./Bn254.sol";

/// @title Runs of words in memory
/// @notice Fills and hashes `uint256[]` preimages without the copies that `abi.encode` makes of its arguments.
/// Copies are not bounds-checked: the caller allocates for all that it puts in.
library Words {
    /// @dev `keccak256` of the words, without the array's length.
    function hash(uint256[] memory words) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            result := keccak256(add(words, 0x20), shl(5, mload(words)))
        }
    }

    /// @dev Copies a point's x and y to `words[index]` and `words[index + 1]`.
    function put(uint256[] memory words, uint256 index, G1Point calldata point) internal pure {
        assembly ("memory-safe") {
            calldatacopy(add(add(words, 0x20), shl(5, index)), point, 0x40)
        }
    }

    /// @dev Copies an array's elements to `words[index] …`; returns the index after them.
    function putAll(
        uint256[] memory words,
        uint256 index,
        uint256[] calldata elements
    ) internal pure returns (uint256) {
        assembly ("memory-safe") {
            calldatacopy(add(add(words, 0x20), shl(5, index)), elements.offset, shl(5, elements.length))
        }
        return index + elements.length;
    }

    /// @dev Copies x and y of all points to `words[index] …`; returns the index after them.
    function putAll(uint256[] memory words, uint256 index, G1Point[] calldata points) internal pure returns (uint256) {
        assembly ("memory-safe") {
            calldatacopy(add(add(words, 0x20), shl(5, index)), points.offset, shl(6, points.length))
        }
        return index + 2 * points.length;
    }

    /// @dev Copies points of two arrays of equal length alternately; returns the index after them.
    function putAlternately(
        uint256[] memory words,
        uint256 index,
        G1Point[] calldata first,
        G1Point[] calldata second
    ) internal pure returns (uint256) {
        assembly ("memory-safe") {
            let target := add(add(words, 0x20), shl(5, index))
            let size := shl(6, first.length)
            for {
                let i := 0
            } lt(i, size) {
                i := add(i, 0x40)
            } {
                calldatacopy(target, add(first.offset, i), 0x40)
                calldatacopy(add(target, 0x40), add(second.offset, i), 0x40)
                target := add(target, 0x80)
            }
        }
        return index + 4 * first.length;
    }
}
