// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Bn254, Sum} from "../../../contracts/libraries/Bn254.sol";
import {G1Point, G2Point} from "../../../contracts/interfaces/Points.sol";
import {Fr} from "../../../contracts/libraries/Fr.sol";
import {Mercury} from "../../../contracts/libraries/Mercury.sol";
import {MercuryProof} from "../../../contracts/interfaces/MercuryProof.sol";

/// @title The Mercury verifier and its arithmetic, for tests
contract MercuryHarness {
    function verify(
        G1Point calldata blindingBase,
        G2Point calldata tau2,
        G1Point calldata commitment,
        uint256[] calldata z,
        uint256 y,
        bytes32 seed,
        MercuryProof calldata proof
    ) external view returns (bool) {
        Sum memory opened;
        (opened.x, opened.y) = (commitment.x, commitment.y);
        Sum memory right = Mercury.equation(blindingBase, opened, z, y, seed, proof);
        return Bn254.pairingsAgree(G1Point(opened.x, opened.y), G1Point(right.x, right.y), tau2);
    }

    function invert(uint256 a) external view returns (uint256) {
        return Fr.inv(a);
    }

    function invertDifferences(uint256 alpha, uint256 zeta) external view returns (uint256) {
        Mercury.Challenges memory c;
        (c.alpha, c.zeta) = (alpha, zeta);
        Mercury.invert(c);
        return c.inverseOfDifferences;
    }

    function addScaled(uint256 x, uint256 y, uint256 scalar) external view returns (uint256, uint256) {
        Sum memory sum;
        Bn254.addScaled(sum, x, y, scalar);
        return (sum.x, sum.y);
    }

    function power(uint256 a, uint256 exponent) external pure returns (uint256) {
        return Fr.pow(a, exponent);
    }

    function subtract(uint256 a, uint256 b) external pure returns (uint256) {
        return Fr.sub(a, b);
    }

    function requireOnCurve(uint256 x, uint256 y) external pure {
        Bn254.requireOnCurve(x, y);
    }
}
