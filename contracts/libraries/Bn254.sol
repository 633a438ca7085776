// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "../generated/Constants.sol";

/// @notice An affine point of G1; `(0, 0)` is infinity.
struct G1Point {
    uint256 x;
    uint256 y;
}

/// @notice An affine point of G2. Each coordinate is `[c1, c0]` for `c0 + c1·i`: the precompiles' order.
struct G2Point {
    uint256[2] x;
    uint256[2] y;
}

/// @notice A sum of points in G1, with room for the point and scalar that are added next.
struct Sum {
    uint256 x;
    uint256 y;
    /// The input of the multiplication; its result, a point, is the second operand of the addition.
    uint256 operandX;
    uint256 operandY;
    uint256 scalar;
}

/// @title BN254's groups and pairing through the precompiles (EIP-196, EIP-197)
/// @notice Every precompile call's success and output length is checked.
library Bn254 {
    uint256 internal constant Q = Constants.FQ_ORDER;

    /// @notice Coordinates that are not below the base field's order, or not those of a point on `y² = x³ + 3`.
    error PointNotOnCurve(uint256 x, uint256 y);

    /// @notice A precompile failed; its inputs are checked before, so it ran out of gas or is missing on this chain.
    error PrecompileFailed(uint256 precompile);

    /// @dev Infinity passes. G1 has cofactor 1, so that a point on the curve is in the group.
    function requireOnCurve(uint256 x, uint256 y) internal pure {
        bool isValid;
        uint256 q = Q;
        assembly ("memory-safe") {
            let isOnCurve := eq(mulmod(y, y, q), addmod(mulmod(mulmod(x, x, q), x, q), 3, q))
            isValid := and(and(lt(x, q), lt(y, q)), or(isOnCurve, iszero(or(x, y))))
        }
        if (!isValid) revert PointNotOnCurve(x, y);
    }

    /// @dev The pairing precompile refuses what is no point of G2 (curve, subgroup, canonical coordinates), whatever
    /// the other group's point is. Infinity passes.
    function requireInG2(G2Point memory point) internal view {
        bool success;
        uint256 zero;
        uint256[6] memory words = [zero, zero, point.x[0], point.x[1], point.y[0], point.y[1]];
        assembly ("memory-safe") {
            success := staticcall(gas(), 0x08, words, 0xc0, 0x00, 0x20)
            success := and(success, eq(returndatasize(), 0x20))
        }
        if (!success) revert PrecompileFailed(0x08);
    }

    function isInfinity(G1Point memory point) internal pure returns (bool) {
        return point.x | point.y == 0;
    }

    /// @dev `-y` of a canonical coordinate.
    function negY(uint256 y) internal pure returns (uint256) {
        unchecked {
            return y == 0 ? 0 : Q - y;
        }
    }

    /// @dev `sum += scalar·(x, y)` in place. The point must be on the curve.
    function addScaled(Sum memory sum, uint256 x, uint256 y, uint256 scalar) internal view {
        bool success;
        assembly ("memory-safe") {
            let operand := add(sum, 0x40)
            mstore(operand, x)
            mstore(add(sum, 0x60), y)
            mstore(add(sum, 0x80), scalar)
            success := staticcall(gas(), 0x07, operand, 0x60, operand, 0x40)
            success := and(success, eq(returndatasize(), 0x40))
            success := and(success, staticcall(gas(), 0x06, sum, 0x80, sum, 0x40))
            success := and(success, eq(returndatasize(), 0x40))
        }
        if (!success) revert PrecompileFailed(0x07);
    }

    /// @dev `sum += scalar·point` in place. The point must be on the curve.
    function addScaled(Sum memory sum, G1Point calldata point, uint256 scalar) internal view {
        addScaled(sum, point.x, point.y, scalar);
    }

    /// @dev `sum = scalar·sum` in place.
    function scale(Sum memory sum, uint256 scalar) internal view {
        bool success;
        assembly ("memory-safe") {
            mstore(add(sum, 0x40), scalar)
            success := staticcall(gas(), 0x07, sum, 0x60, sum, 0x40)
            success := and(success, eq(returndatasize(), 0x40))
        }
        if (!success) revert PrecompileFailed(0x07);
    }

    /// @dev As `requireOnCurve` for points that follow each other in calldata. `first` is the address of the first.
    function requireAllOnCurve(uint256 first, uint256 count) internal pure {
        uint256 q = Q;
        uint256 end = first + 0x40 * count;
        uint256 pointer = first;
        assembly ("memory-safe") {
            for {} lt(pointer, end) {
                pointer := add(pointer, 0x40)
            } {
                let x := calldataload(pointer)
                let y := calldataload(add(pointer, 0x20))
                let isOnCurve := eq(mulmod(y, y, q), addmod(mulmod(mulmod(x, x, q), x, q), 3, q))
                if iszero(and(and(lt(x, q), lt(y, q)), or(isOnCurve, iszero(or(x, y))))) {
                    break
                }
            }
        }
        if (pointer == end) return;
        uint256 badX;
        uint256 badY;
        assembly ("memory-safe") {
            badX := calldataload(pointer)
            badY := calldataload(add(pointer, 0x20))
        }
        revert PointNotOnCurve(badX, badY);
    }

    /// @dev Whether `e(left, [1]_2) = e(right, base2)`, with the standard generator of G2. A `base2` that is no point
    /// of G2 reverts.
    function pairingsAgree(
        G1Point memory left,
        G1Point memory right,
        G2Point memory base2
    ) internal view returns (bool agree) {
        uint256[12] memory words;
        uint256 pointer;
        bool success;
        assembly ("memory-safe") {
            pointer := words
        }
        Sum memory leftSum;
        Sum memory rightSum;
        (leftSum.x, leftSum.y, rightSum.x, rightSum.y) = (left.x, left.y, right.x, right.y);
        putPairings(pointer, leftSum, rightSum, base2);
        assembly ("memory-safe") {
            success := staticcall(gas(), 0x08, words, 0x180, 0x00, 0x20)
            success := and(success, eq(returndatasize(), 0x20))
            agree := mload(0x00)
        }
        if (!success) revert PrecompileFailed(0x08);
    }

    /// @dev Writes the twelve words of `e(left, [1]_2)·e(-right, base2)` to memory at `pointer`, which the caller has
    /// allocated.
    function putPairings(uint256 pointer, Sum memory left, Sum memory right, G2Point memory base2) internal pure {
        uint256 minusY = negY(right.y);
        assembly ("memory-safe") {
            mcopy(pointer, left, 0x40)
            mstore(add(pointer, 0x40), 11559732032986387107991004021392285783925812861821192530917403151452391805634)
            mstore(add(pointer, 0x60), 10857046999023057135944570762232829481370756359578518086990519993285655852781)
            mstore(add(pointer, 0x80), 4082367875863433681332203403145435568316851327593401208105741076214120093531)
            mstore(add(pointer, 0xa0), 8495653923123431417604973247489272438418190587263600148770280649306958101930)
            mstore(add(pointer, 0xc0), mload(right))
            mstore(add(pointer, 0xe0), minusY)
            // x and y are arrays of their own.
            mcopy(add(pointer, 0x100), mload(base2), 0x40)
            mcopy(add(pointer, 0x140), mload(add(base2, 0x20)), 0x40)
        }
    }
}
