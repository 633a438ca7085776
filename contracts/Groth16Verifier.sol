// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Constants} from "./generated/Constants.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {Bn254, Sum} from "./libraries/Bn254.sol";
import {G1Point, G2Point} from "./interfaces/Points.sol";
import {Fr} from "./libraries/Fr.sol";

/// @title Groth16 verifier for one verifying key of three public signals
/// @notice `e(A, B) = e(α, β)·e(IC[0] + Σ s_i IC[i], γ)·e(C, δ)` (ePrint 2016/260). The key is part of the code:
/// nobody can change it. Whether the key is worth anything is its ceremony's matter; in particular a key with γ = δ,
/// which lets anybody prove anything, is well-formed here and refused by the tools that deploy.
contract Groth16Verifier is IGroth16Verifier {
    /// @notice A verifying key. Coordinates of G2 are `[c1, c0]`.
    struct VerifyingKey {
        G1Point alpha1;
        G2Point beta2;
        G2Point gamma2;
        G2Point delta2;
        G1Point[4] ic;
    }

    // solhint-disable immutable-vars-naming
    /// @inheritdoc IGroth16Verifier
    bytes32 public immutable verifyingKeyHash;
    // solhint-enable immutable-vars-naming

    uint256 private immutable _ALPHA_X;
    uint256 private immutable _ALPHA_Y;
    uint256 private immutable _BETA_X1;
    uint256 private immutable _BETA_X0;
    uint256 private immutable _BETA_Y1;
    uint256 private immutable _BETA_Y0;
    uint256 private immutable _GAMMA_X1;
    uint256 private immutable _GAMMA_X0;
    uint256 private immutable _GAMMA_Y1;
    uint256 private immutable _GAMMA_Y0;
    uint256 private immutable _DELTA_X1;
    uint256 private immutable _DELTA_X0;
    uint256 private immutable _DELTA_Y1;
    uint256 private immutable _DELTA_Y0;
    uint256 private immutable _IC0_X;
    uint256 private immutable _IC0_Y;
    uint256 private immutable _IC1_X;
    uint256 private immutable _IC1_Y;
    uint256 private immutable _IC2_X;
    uint256 private immutable _IC2_Y;
    uint256 private immutable _IC3_X;
    uint256 private immutable _IC3_Y;

    /// @notice Checks the key's points and fixes it for good.
    /// @param key Points on their curves; those of G2 in the subgroup of prime order.
    constructor(VerifyingKey memory key) {
        Bn254.requireOnCurve(key.alpha1.x, key.alpha1.y);
        Bn254.requireInG2(key.beta2);
        Bn254.requireInG2(key.gamma2);
        Bn254.requireInG2(key.delta2);
        for (uint256 i = 0; i < 4; ++i) Bn254.requireOnCurve(key.ic[i].x, key.ic[i].y);

        (_ALPHA_X, _ALPHA_Y) = (key.alpha1.x, key.alpha1.y);
        (_BETA_X1, _BETA_X0) = (key.beta2.x[0], key.beta2.x[1]);
        (_BETA_Y1, _BETA_Y0) = (key.beta2.y[0], key.beta2.y[1]);
        (_GAMMA_X1, _GAMMA_X0) = (key.gamma2.x[0], key.gamma2.x[1]);
        (_GAMMA_Y1, _GAMMA_Y0) = (key.gamma2.y[0], key.gamma2.y[1]);
        (_DELTA_X1, _DELTA_X0) = (key.delta2.x[0], key.delta2.x[1]);
        (_DELTA_Y1, _DELTA_Y0) = (key.delta2.y[0], key.delta2.y[1]);
        (_IC0_X, _IC0_Y) = (key.ic[0].x, key.ic[0].y);
        (_IC1_X, _IC1_Y) = (key.ic[1].x, key.ic[1].y);
        (_IC2_X, _IC2_Y) = (key.ic[2].x, key.ic[2].y);
        (_IC3_X, _IC3_Y) = (key.ic[3].x, key.ic[3].y);
        verifyingKeyHash = keccak256(
            abi.encode(key.alpha1, _ascending(key.beta2), _ascending(key.gamma2), _ascending(key.delta2), key.ic)
        );
    }

    /// @inheritdoc IGroth16Verifier
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata signals
    ) external view returns (bool isValid) {
        uint256 p = Constants.FR_ORDER;
        if (signals[0] >= p || signals[1] >= p || signals[2] >= p) return false;
        uint256[24] memory words = pairingWords(a, b, c, signals);
        assembly ("memory-safe") {
            // Points of the proof that are none make the precompile fail; it takes the gas that it is given.
            isValid := staticcall(sub(gas(), 2000), 0x08, words, 0x300, 0x00, 0x20)
            isValid := and(and(isValid, eq(returndatasize(), 0x20)), eq(mload(0x00), 1))
        }
    }

    /// @inheritdoc IGroth16Verifier
    function pairingWords(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata signals
    ) public view returns (uint256[24] memory words) {
        for (uint256 i = 0; i < 3; ++i) Fr.requireCanonical(signals[i]);
        Sum memory inputs;
        (inputs.x, inputs.y) = (_IC0_X, _IC0_Y);
        Bn254.addScaled(inputs, _IC1_X, _IC1_Y, signals[0]);
        Bn254.addScaled(inputs, _IC2_X, _IC2_Y, signals[1]);
        Bn254.addScaled(inputs, _IC3_X, _IC3_Y, signals[2]);

        // A y that is not canonical stays so, and the precompile refuses it: `-A` could be another point's.
        (words[0], words[1]) = (a[0], a[1] < Constants.FQ_ORDER ? Bn254.negY(a[1]) : a[1]);
        (words[2], words[3], words[4], words[5]) = (b[0][0], b[0][1], b[1][0], b[1][1]);
        (words[6], words[7]) = (_ALPHA_X, _ALPHA_Y);
        (words[8], words[9], words[10], words[11]) = (_BETA_X1, _BETA_X0, _BETA_Y1, _BETA_Y0);
        (words[12], words[13]) = (inputs.x, inputs.y);
        (words[14], words[15], words[16], words[17]) = (_GAMMA_X1, _GAMMA_X0, _GAMMA_Y1, _GAMMA_Y0);
        (words[18], words[19]) = (c[0], c[1]);
        (words[20], words[21], words[22], words[23]) = (_DELTA_X1, _DELTA_X0, _DELTA_Y1, _DELTA_Y0);
    }

    /// @dev Coordinates as `c0, c1`.
    function _ascending(G2Point memory point) private pure returns (uint256[4] memory) {
        return [point.x[1], point.x[0], point.y[1], point.y[0]];
    }
}
