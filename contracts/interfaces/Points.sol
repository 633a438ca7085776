// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

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
