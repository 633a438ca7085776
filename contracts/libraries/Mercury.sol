// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Bn254, G1Point, G2Point} from "./Bn254.sol";
import {Fr} from "./Fr.sol";

/// @notice A Mercury opening. The letters are those of ePrint 2025/385; `quotient` is its `H`.
struct MercuryProof {
    G1Point h;
    G1Point q;
    G1Point g;
    G1Point s;
    G1Point d;
    G1Point quotient;
    G1Point w;
    G1Point wPrime;
    uint256 gZeta;
    uint256 gZetaInv;
    uint256 hZeta;
    uint256 hZetaInv;
    uint256 hAlpha;
    uint256 sZeta;
    /// The combined blinding ρ* of the opened commitment.
    uint256 blinding;
}

/// @title Verifier of Mercury openings
/// @notice Mercury (Eagen and Gabizon, ePrint 2025/385) with batched KZG (ePrint 2020/081, section 4). The
/// polynomial has `b²` coefficients, `b = 2^(z.length/2)`; the claim is that its multilinear extension is `y` at
/// `z`, least significant variable first.
library Mercury {
    /// @notice The challenges give coinciding opening points: `ζ ∈ {0, ±1}` or `α ∈ {ζ, 1/ζ}`.
    error DegenerateChallenges(uint256 alpha, uint256 zeta);

    /// @dev What the verifier needs of the SRS: `[β]_1` and `[τ]_2`.
    struct Srs {
        G1Point blindingBase;
        G2Point tau2;
    }

    struct Challenges {
        uint256 alpha;
        uint256 gamma;
        uint256 zeta;
        uint256 beta;
        uint256 xi;
        uint256 delta;
        /// 1/ζ
        uint256 zetaInv;
        /// ζ^(b-1)
        uint256 zetaPower;
        /// 1/((ζ - 1/ζ)(ζ - α)(1/ζ - α))
        uint256 inverseOfDifferences;
    }

    /// @dev Scalars of `g, h, s, d` and of `[1]_1` in the batched opening; `vanishing = Π_(t ∈ T) (ξ - t)`.
    struct Batch {
        uint256 weightG;
        uint256 weightH;
        uint256 weightS;
        uint256 weightD;
        uint256 constantTerm;
        uint256 vanishing;
    }

    /// @notice Whether the commitment opens to `y` at `z`.
    /// @dev Reverts for non-canonical scalars and points off the curve in the proof, and for degenerate challenges.
    /// @param srs Points of the SRS.
    /// @param commitment Blinded by `proof.blinding`. The caller checks that it is on the curve.
    /// @param z Point, least significant variable first. The caller checks that it is canonical and of even length.
    /// @param y Value. The caller checks that it is canonical.
    /// @param seed What the challenges start from; must bind commitment, `z`, `y` and the blinding.
    /// @param proof The opening.
    /// @return isValid Whether the commitment opens to `y` at `z`.
    function verify(
        Srs memory srs,
        G1Point memory commitment,
        uint256[] calldata z,
        uint256 y,
        bytes32 seed,
        MercuryProof calldata proof
    ) internal view returns (bool isValid) {
        _requireWellFormed(proof);
        Challenges memory c = _challenges(seed, proof, z.length / 2);
        Batch memory batch = _batch(c, z, y, proof);
        (G1Point memory left, G1Point memory right) = _equation(srs, commitment, c, batch, proof);
        return Bn254.pairingsAgree(left, right, srs.tau2);
    }

    function _requireWellFormed(MercuryProof calldata proof) private pure {
        Bn254.requireOnCurve(proof.h.x, proof.h.y);
        Bn254.requireOnCurve(proof.q.x, proof.q.y);
        Bn254.requireOnCurve(proof.g.x, proof.g.y);
        Bn254.requireOnCurve(proof.s.x, proof.s.y);
        Bn254.requireOnCurve(proof.d.x, proof.d.y);
        Bn254.requireOnCurve(proof.quotient.x, proof.quotient.y);
        Bn254.requireOnCurve(proof.w.x, proof.w.y);
        Bn254.requireOnCurve(proof.wPrime.x, proof.wPrime.y);
        Fr.requireCanonical(proof.gZeta);
        Fr.requireCanonical(proof.gZetaInv);
        Fr.requireCanonical(proof.hZeta);
        Fr.requireCanonical(proof.hZetaInv);
        Fr.requireCanonical(proof.hAlpha);
        Fr.requireCanonical(proof.sZeta);
        Fr.requireCanonical(proof.blinding);
    }

    /// @dev Every prover message is absorbed before the challenge that follows: state = keccak256(state, words).
    function _challenges(
        bytes32 seed,
        MercuryProof calldata proof,
        uint256 logB
    ) private view returns (Challenges memory c) {
        bytes32 state = keccak256(abi.encodePacked(seed, proof.h.x, proof.h.y));
        c.alpha = Fr.fromHash(state);
        state = keccak256(abi.encodePacked(state, proof.q.x, proof.q.y, proof.g.x, proof.g.y));
        c.gamma = Fr.fromHash(state);
        state = keccak256(abi.encodePacked(state, proof.s.x, proof.s.y, proof.d.x, proof.d.y));
        c.zeta = Fr.fromHash(state);
        bytes memory evaluations = abi.encodePacked(
            proof.gZeta,
            proof.gZetaInv,
            proof.hZeta,
            proof.hZetaInv,
            proof.hAlpha,
            proof.sZeta
        );
        state = keccak256(abi.encodePacked(state, evaluations, proof.quotient.x, proof.quotient.y));
        c.beta = Fr.fromHash(state);
        state = keccak256(abi.encodePacked(state, proof.w.x, proof.w.y));
        c.xi = Fr.fromHash(state);
        state = keccak256(abi.encodePacked(state, proof.wPrime.x, proof.wPrime.y));
        c.delta = Fr.fromHash(state);

        _invert(c);
        c.zetaPower = Fr.mul(Fr.pow(c.zeta, 1 << logB), c.zetaInv);
    }

    /// @dev All inverses from the one of `ζ (ζ² - 1)(ζ - α)(1 - αζ)`, which is zero exactly for degenerate challenges.
    function _invert(Challenges memory c) private view {
        (uint256 alpha, uint256 zeta) = (c.alpha, c.zeta);
        uint256 zetaSquared = Fr.mul(zeta, zeta);
        uint256 differences = Fr.mul(
            Fr.sub(zetaSquared, 1),
            Fr.mul(Fr.sub(zeta, alpha), Fr.sub(1, Fr.mul(alpha, zeta)))
        );
        uint256 product = Fr.mul(zeta, differences);
        if (product == 0) revert DegenerateChallenges(alpha, zeta);
        uint256 inverse = Fr.inv(product);
        c.zetaInv = Fr.mul(inverse, differences);
        c.inverseOfDifferences = Fr.mul(inverse, Fr.mul(zetaSquared, zeta));
    }

    /// @dev `P(x)` and `P(1/x)` for `P(x) = Π_j (1 - z_j + z_j x^(2^j))` over the low or the high half of `z`.
    function _eqPolynomial(
        uint256[] calldata half,
        uint256 x,
        uint256 xInv
    ) private pure returns (uint256 atX, uint256 atXInv) {
        (atX, atXInv) = (1, 1);
        for (uint256 j = 0; j < half.length; ++j) {
            uint256 zj = half[j];
            uint256 rest = Fr.sub(1, zj);
            atX = Fr.mul(atX, Fr.add(rest, Fr.mul(zj, x)));
            atXInv = Fr.mul(atXInv, Fr.add(rest, Fr.mul(zj, xInv)));
            x = Fr.mul(x, x);
            xInv = Fr.mul(xInv, xInv);
        }
    }

    /// @dev The only `S(1/ζ)` with which, at `X = ζ`, `g(X)P_lo(1/X) + g(1/X)P_lo(X) + γ(h(X)P_hi(1/X) +
    /// h(1/X)P_hi(X)) = 2(h(α) + γ y) + X S(X) + S(1/X)/X`.
    function _deriveSZetaInv(
        Challenges memory c,
        uint256[] calldata z,
        uint256 y,
        MercuryProof calldata proof
    ) private pure returns (uint256) {
        uint256 half = z.length / 2;
        (uint256 atZeta, uint256 atZetaInv) = _eqPolynomial(z[:half], c.zeta, c.zetaInv);
        uint256 low = Fr.add(Fr.mul(proof.gZeta, atZetaInv), Fr.mul(proof.gZetaInv, atZeta));
        (atZeta, atZetaInv) = _eqPolynomial(z[half:], c.zeta, c.zetaInv);
        uint256 high = Fr.add(Fr.mul(proof.hZeta, atZetaInv), Fr.mul(proof.hZetaInv, atZeta));
        uint256 constantTerm = Fr.mul(2, Fr.add(proof.hAlpha, Fr.mul(c.gamma, y)));
        uint256 rest = Fr.sub(Fr.add(low, Fr.mul(c.gamma, high)), constantTerm);
        return Fr.mul(c.zeta, Fr.sub(rest, Fr.mul(c.zeta, proof.sZeta)));
    }

    /// @dev `T = {ζ, 1/ζ, α}`; `g` and `s` are opened at ζ and 1/ζ, `h` on all of `T`, `d` at ζ. A polynomial's weight
    /// is `β^i Π_(t ∉ S_i)(ξ - t)`; the constant is the weighted sum of the interpolations at ξ.
    function _batch(
        Challenges memory c,
        uint256[] calldata z,
        uint256 y,
        MercuryProof calldata proof
    ) private pure returns (Batch memory batch) {
        uint256 fromZeta = Fr.sub(c.xi, c.zeta);
        uint256 fromZetaInv = Fr.sub(c.xi, c.zetaInv);
        uint256 fromAlpha = Fr.sub(c.xi, c.alpha);
        uint256 betaSquared = Fr.mul(c.beta, c.beta);
        batch.weightG = fromAlpha;
        batch.weightH = c.beta;
        batch.weightS = Fr.mul(betaSquared, fromAlpha);
        batch.weightD = Fr.mul(Fr.mul(betaSquared, c.beta), Fr.mul(fromZetaInv, fromAlpha));
        batch.vanishing = Fr.mul(Fr.mul(fromZeta, fromZetaInv), fromAlpha);

        uint256 zetaMinusInv = Fr.sub(c.zeta, c.zetaInv);
        uint256 zetaMinusAlpha = Fr.sub(c.zeta, c.alpha);
        uint256 invMinusAlpha = Fr.sub(c.zetaInv, c.alpha);

        // Lines through the values at ζ and 1/ζ, times their denominator ζ - 1/ζ.
        uint256 lineG = Fr.sub(Fr.mul(proof.gZeta, fromZetaInv), Fr.mul(proof.gZetaInv, fromZeta));
        uint256 sZetaInv = _deriveSZetaInv(c, z, y, proof);
        uint256 lineS = Fr.sub(Fr.mul(proof.sZeta, fromZetaInv), Fr.mul(sZetaInv, fromZeta));
        uint256 lines = Fr.add(Fr.mul(batch.weightG, lineG), Fr.mul(batch.weightS, lineS));
        lines = Fr.mul(lines, Fr.mul(zetaMinusAlpha, invMinusAlpha));

        // The parabola through h(ζ), h(1/ζ) and h(α), times the product of all denominators.
        uint256 parabola = Fr.mul(Fr.mul(proof.hZeta, Fr.mul(fromZetaInv, fromAlpha)), invMinusAlpha);
        parabola = Fr.sub(parabola, Fr.mul(Fr.mul(proof.hZetaInv, Fr.mul(fromZeta, fromAlpha)), zetaMinusAlpha));
        parabola = Fr.add(parabola, Fr.mul(Fr.mul(proof.hAlpha, Fr.mul(fromZeta, fromZetaInv)), zetaMinusInv));
        uint256 total = Fr.mul(Fr.add(lines, Fr.mul(batch.weightH, parabola)), c.inverseOfDifferences);

        uint256 dZeta = Fr.mul(c.zetaPower, proof.gZetaInv);
        batch.constantTerm = Fr.add(total, Fr.mul(batch.weightD, dZeta));
    }

    /// @dev `e(left, [1]_2) = e(right, [τ]_2)`: the division equation plus δ times the batched opening.
    function _equation(
        Srs memory srs,
        G1Point memory commitment,
        Challenges memory c,
        Batch memory batch,
        MercuryProof calldata proof
    ) private view returns (G1Point memory left, G1Point memory right) {
        left = G1Point(commitment.x, commitment.y);
        Bn254.accumulateScaled(left, srs.blindingBase.x, srs.blindingBase.y, Fr.neg(proof.blinding));
        uint256 zetaToB = Fr.mul(c.zetaPower, c.zeta);
        Bn254.accumulateScaled(left, proof.q.x, proof.q.y, Fr.sub(c.alpha, zetaToB));
        Bn254.accumulateScaled(left, proof.quotient.x, proof.quotient.y, c.zeta);
        uint256 ones = Fr.add(proof.gZeta, Fr.mul(c.delta, batch.constantTerm));
        Bn254.accumulateScaled(left, 1, 2, Fr.neg(ones));
        Bn254.accumulateScaled(left, proof.g.x, proof.g.y, Fr.mul(c.delta, batch.weightG));
        Bn254.accumulateScaled(left, proof.h.x, proof.h.y, Fr.mul(c.delta, batch.weightH));
        Bn254.accumulateScaled(left, proof.s.x, proof.s.y, Fr.mul(c.delta, batch.weightS));
        Bn254.accumulateScaled(left, proof.d.x, proof.d.y, Fr.mul(c.delta, batch.weightD));
        Bn254.accumulateScaled(left, proof.w.x, proof.w.y, Fr.neg(Fr.mul(c.delta, batch.vanishing)));
        Bn254.accumulateScaled(left, proof.wPrime.x, proof.wPrime.y, Fr.mul(c.delta, c.xi));

        right = G1Point(proof.quotient.x, proof.quotient.y);
        Bn254.accumulateScaled(right, proof.wPrime.x, proof.wPrime.y, c.delta);
    }
}
