// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IDriftRegistry} from "../interfaces/IDriftRegistry.sol";

/// @title Roots of two Merkle trees from one multiproof
/// @notice OpenZeppelin's multiproofs (sorted pairs, leaves in order), for a tree and its successor of other leaves:
/// siblings and flags are the same. Flags are packed, bit `i mod 256` of word `i / 256`, least significant first.
library MultiProof {
    /// @dev The roots over pairs of leaves. `queue`: old and new leaf alternately, at least one pair, and behind them
    /// room for a pair for every flag (`flagCount`); it is overwritten.
    ///
    /// A node is made of the next of the queue and, by its flag, of the one after it (1) or of the next sibling (0); it
    /// goes to the queue's end. With as many flags as leaves and siblings less one, and every sibling used, exactly
    /// the root is left.
    function roots(
        uint256[] memory queue,
        uint256 leafCount,
        bytes32[] calldata siblings,
        uint256[] calldata flags
    ) internal pure returns (bytes32 oldRoot, bytes32 newRoot) {
        uint256 flagCount = leafCount + siblings.length - 1;
        bool isValid = flags.length == (flagCount + 255) >> 8;
        assembly ("memory-safe") {
            let read := add(queue, 0x20)
            let write := add(read, shl(6, leafCount))
            let sibling := siblings.offset
            if isValid {
                let bits := 0
                for {
                    let i := 0
                } lt(i, flagCount) {
                    i := add(i, 1)
                } {
                    if iszero(and(i, 0xff)) {
                        // The bits of the word before are used up or were never flags.
                        if bits {
                            isValid := 0
                            break
                        }
                        bits := calldataload(add(flags.offset, shr(3, i)))
                    }
                    let oldLeft := mload(read)
                    let newLeft := mload(add(read, 0x20))
                    read := add(read, 0x40)
                    let oldRight
                    let newRight
                    switch and(bits, 1)
                    case 1 {
                        oldRight := mload(read)
                        newRight := mload(add(read, 0x20))
                        read := add(read, 0x40)
                    }
                    default {
                        oldRight := calldataload(sibling)
                        newRight := oldRight
                        sibling := add(sibling, 0x20)
                    }
                    bits := shr(1, bits)
                    // Never a node that is not there yet.
                    if gt(read, write) {
                        isValid := 0
                        break
                    }
                    switch lt(oldLeft, oldRight)
                    case 1 {
                        mstore(0x00, oldLeft)
                        mstore(0x20, oldRight)
                    }
                    default {
                        mstore(0x00, oldRight)
                        mstore(0x20, oldLeft)
                    }
                    mstore(write, keccak256(0x00, 0x40))
                    switch lt(newLeft, newRight)
                    case 1 {
                        mstore(0x00, newLeft)
                        mstore(0x20, newRight)
                    }
                    default {
                        mstore(0x00, newRight)
                        mstore(0x20, newLeft)
                    }
                    mstore(add(write, 0x20), keccak256(0x00, 0x40))
                    write := add(write, 0x40)
                }
                // Bits behind the last flag.
                if bits {
                    isValid := 0
                }
            }
            let siblingsEnd := add(siblings.offset, shl(5, siblings.length))
            isValid := and(isValid, eq(sibling, siblingsEnd))
            oldRoot := mload(sub(write, 0x40))
            newRoot := mload(sub(write, 0x20))
        }
        if (!isValid) revert IDriftRegistry.InvalidMultiproof();
    }
}
