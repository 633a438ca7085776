// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Drift} from "../../contracts/libraries/Drift.sol";
import {Fr} from "../../contracts/libraries/Fr.sol";
import {MultiProof} from "../../contracts/libraries/MultiProof.sol";
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

    /// D2: numbers are converted between units exactly, or upwards, or to the largest integer for all above.
    function testFuzz_conversionIsNeverDown(uint256 value, int256 bits, uint256 size) external pure {
        value >>= bound(size, 0, 255);
        bits = int256(bound(uint256(bits), 0, 1200)) - 600;
        uint256 converted = Drift.convert(value, bits);
        if (bits >= 0) {
            bool isTooLarge = value != 0 && (bits > 255 || (value << uint256(bits)) >> uint256(bits) != value);
            assert(
                converted ==
                    (
                        isTooLarge
                            ? type(uint256).max
                            : bits > 255
                                ? 0
                                : value << uint256(bits)
                    )
            );
            return;
        }
        uint256 right = uint256(-bits);
        if (value == 0) {
            assert(converted == 0);
        } else if (right > 255) {
            assert(converted == 1);
        } else {
            // converted - 1 < value / 2^right <= converted
            assert(value - 1 == 0 ? converted == 1 : converted == ((value - 1) >> right) + 1);
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
