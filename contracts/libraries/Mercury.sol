// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Bn254, G1Point, Sum} from "./Bn254.sol";
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
        /// The field's order. From memory it takes a few bytes of code at each of its many uses, as a constant 33,
        /// which together are more than fit.
        uint256 order;
    }

    /// @dev Scalars of `g, h, s, d` and of `[1]_1` in the batched opening; `vanishing = Π_(t ∈ T) (ξ - t)`.
    struct Batch {
        uint256 weightG;
        uint256 weightH;
        uint256 weightS;
        uint256 weightD;
        uint256 constantTerm;
        uint256 vanishing;
        /// ξ - ζ, ξ - 1/ζ and ξ - α
        uint256 fromZeta;
        uint256 fromZetaInv;
        uint256 fromAlpha;
    }

    /// @notice The commitment opens to `y` at `z` exactly if `e(left, [1]_2) = e(right, [τ]_2)`.
    /// @dev Reverts for non-canonical scalars and points off the curve in the proof, and for degenerate challenges.
    /// @param blindingBase `[β]_1` of the SRS.
    /// @param left The commitment, blinded by `proof.blinding`; overwritten. The caller checks that it is on the curve.
    /// @param z Point, least significant variable first. The caller checks that it is canonical and of even length.
    /// @param y Value. The caller checks that it is canonical.
    /// @param seed What the challenges start from; must bind commitment, `z`, `y` and the blinding.
    /// @param proof The opening.
    /// @return right The other side.
    function equation(
        G1Point memory blindingBase,
        Sum memory left,
        uint256[] calldata z,
        uint256 y,
        bytes32 seed,
        MercuryProof calldata proof
    ) internal view returns (Sum memory right) {
        _requireWellFormed(proof);
        Challenges memory c = _challenges(seed, proof, z.length / 2);
        Batch memory batch = _batch(c, z, y, proof);
        return _equation(blindingBase, left, c, batch, proof);
    }

    function _requireWellFormed(MercuryProof calldata proof) private pure {
        uint256 first;
        uint256 p = Fr.P;
        uint256 scalar;
        assembly ("memory-safe") {
            first := proof
            for {
                let offset := 0x200
            } and(lt(offset, 0x2e0), lt(scalar, p)) {
                offset := add(offset, 0x20)
            } {
                scalar := calldataload(add(proof, offset))
            }
        }
        Fr.requireCanonical(scalar);
        Bn254.requireAllOnCurve(first, 8);
    }

    /// @dev Every prover message is absorbed before the challenge that follows: state = keccak256(state, words). The
    /// words are those of the proof in calldata: eight points `h, q, g, s, d, H, w, w'`, then the scalars.
    function _challenges(
        bytes32 seed,
        MercuryProof calldata proof,
        uint256 logB
    ) private view returns (Challenges memory c) {
        uint256 p = Fr.P;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            let words := add(buffer, 0x20)
            mstore(buffer, seed)
            // h
            calldatacopy(words, proof, 0x40)
            mstore(buffer, keccak256(buffer, 0x60))
            mstore(c, mod(mload(buffer), p))
            // q, g
            calldatacopy(words, add(proof, 0x40), 0x80)
            mstore(buffer, keccak256(buffer, 0xa0))
            mstore(add(c, 0x20), mod(mload(buffer), p))
            // s, d
            calldatacopy(words, add(proof, 0xc0), 0x80)
            mstore(buffer, keccak256(buffer, 0xa0))
            mstore(add(c, 0x40), mod(mload(buffer), p))
            // The six evaluations, H
            calldatacopy(words, add(proof, 0x200), 0xc0)
            calldatacopy(add(words, 0xc0), add(proof, 0x140), 0x40)
            mstore(buffer, keccak256(buffer, 0x120))
            mstore(add(c, 0x60), mod(mload(buffer), p))
            // w
            calldatacopy(words, add(proof, 0x180), 0x40)
            mstore(buffer, keccak256(buffer, 0x60))
            mstore(add(c, 0x80), mod(mload(buffer), p))
            // w'
            calldatacopy(words, add(proof, 0x1c0), 0x40)
            mstore(add(c, 0xa0), mod(keccak256(buffer, 0x60), p))
        }
        // Before the inversion, so that the compiler knows no more what is there.
        c.order = p;
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
        uint256 p = Fr.P;
        assembly ("memory-safe") {
            atX := 1
            atXInv := 1
            for {
                let pointer := half.offset
                let end := add(pointer, shl(5, half.length))
            } lt(pointer, end) {
                pointer := add(pointer, 0x20)
            } {
                let zj := calldataload(pointer)
                // Canonical, so that nothing wraps below zero; the sum is below 2p.
                let rest := sub(add(p, 1), zj)
                atX := mulmod(atX, addmod(rest, mulmod(zj, x, p), p), p)
                atXInv := mulmod(atXInv, addmod(rest, mulmod(zj, xInv, p), p), p)
                x := mulmod(x, x, p)
                xInv := mulmod(xInv, xInv, p)
            }
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
        uint256 low = _add(c, _mul(c, proof.gZeta, atZetaInv), _mul(c, proof.gZetaInv, atZeta));
        (atZeta, atZetaInv) = _eqPolynomial(z[half:], c.zeta, c.zetaInv);
        uint256 high = _add(c, _mul(c, proof.hZeta, atZetaInv), _mul(c, proof.hZetaInv, atZeta));
        uint256 constantTerm = _mul(c, 2, _add(c, proof.hAlpha, _mul(c, c.gamma, y)));
        uint256 rest = _sub(c, _add(c, low, _mul(c, c.gamma, high)), constantTerm);
        return _mul(c, c.zeta, _sub(c, rest, _mul(c, c.zeta, proof.sZeta)));
    }

    /// @dev `T = {ζ, 1/ζ, α}`; `g` and `s` are opened at ζ and 1/ζ, `h` on all of `T`, `d` at ζ. A polynomial's weight
    /// is `β^i Π_(t ∉ S_i)(ξ - t)`; the constant is the weighted sum of the interpolations at ξ.
    function _batch(
        Challenges memory c,
        uint256[] calldata z,
        uint256 y,
        MercuryProof calldata proof
    ) private pure returns (Batch memory batch) {
        batch.fromZeta = _sub(c, c.xi, c.zeta);
        batch.fromZetaInv = _sub(c, c.xi, c.zetaInv);
        batch.fromAlpha = _sub(c, c.xi, c.alpha);
        uint256 betaSquared = _mul(c, c.beta, c.beta);
        batch.weightG = batch.fromAlpha;
        batch.weightH = c.beta;
        batch.weightS = _mul(c, betaSquared, batch.fromAlpha);
        batch.weightD = _mul(c, _mul(c, betaSquared, c.beta), _mul(c, batch.fromZetaInv, batch.fromAlpha));
        batch.vanishing = _mul(c, _mul(c, batch.fromZeta, batch.fromZetaInv), batch.fromAlpha);
        uint256 lines = _lines(c, batch, proof, _deriveSZetaInv(c, z, y, proof));
        uint256 total = _add(c, lines, _mul(c, batch.weightH, _parabola(c, batch, proof)));
        total = _mul(c, total, c.inverseOfDifferences);
        batch.constantTerm = _add(c, total, _mul(c, batch.weightD, _mul(c, c.zetaPower, proof.gZetaInv)));
    }

    /// @dev The weighted lines through the values of `g` and `s` at ζ and 1/ζ, times the product of all denominators.
    function _lines(
        Challenges memory c,
        Batch memory batch,
        MercuryProof calldata proof,
        uint256 sZetaInv
    ) private pure returns (uint256) {
        uint256 lineG = _sub(c, _mul(c, proof.gZeta, batch.fromZetaInv), _mul(c, proof.gZetaInv, batch.fromZeta));
        uint256 lineS = _sub(c, _mul(c, proof.sZeta, batch.fromZetaInv), _mul(c, sZetaInv, batch.fromZeta));
        uint256 lines = _add(c, _mul(c, batch.weightG, lineG), _mul(c, batch.weightS, lineS));
        return _mul(c, lines, _mul(c, _sub(c, c.zeta, c.alpha), _sub(c, c.zetaInv, c.alpha)));
    }

    /// @dev The parabola through `h(ζ)`, `h(1/ζ)` and `h(α)`, times the product of all denominators.
    function _parabola(
        Challenges memory c,
        Batch memory batch,
        MercuryProof calldata proof
    ) private pure returns (uint256 sum) {
        sum = _mul(c, _mul(c, proof.hZeta, _mul(c, batch.fromZetaInv, batch.fromAlpha)), _sub(c, c.zetaInv, c.alpha));
        sum = _sub(
            c,
            sum,
            _mul(c, _mul(c, proof.hZetaInv, _mul(c, batch.fromZeta, batch.fromAlpha)), _sub(c, c.zeta, c.alpha))
        );
        return
            _add(
                c,
                sum,
                _mul(c, _mul(c, proof.hAlpha, _mul(c, batch.fromZeta, batch.fromZetaInv)), _sub(c, c.zeta, c.zetaInv))
            );
    }

    /// @dev `e(left, [1]_2) = e(right, [τ]_2)`: the division equation plus δ times the batched opening. `left` starts
    /// as the commitment.
    function _equation(
        G1Point memory blindingBase,
        Sum memory left,
        Challenges memory c,
        Batch memory batch,
        MercuryProof calldata proof
    ) private view returns (Sum memory right) {
        Bn254.addScaled(left, blindingBase.x, blindingBase.y, _sub(c, 0, proof.blinding));
        uint256 zetaToB = _mul(c, c.zetaPower, c.zeta);
        Bn254.addScaled(left, proof.q, _sub(c, c.alpha, zetaToB));
        Bn254.addScaled(left, proof.quotient, c.zeta);
        uint256 ones = _add(c, proof.gZeta, _mul(c, c.delta, batch.constantTerm));
        Bn254.addScaled(left, 1, 2, _sub(c, 0, ones));
        Bn254.addScaled(left, proof.g, _mul(c, c.delta, batch.weightG));
        Bn254.addScaled(left, proof.h, _mul(c, c.delta, batch.weightH));
        Bn254.addScaled(left, proof.s, _mul(c, c.delta, batch.weightS));
        Bn254.addScaled(left, proof.d, _mul(c, c.delta, batch.weightD));
        Bn254.addScaled(left, proof.w, _sub(c, 0, _mul(c, c.delta, batch.vanishing)));
        Bn254.addScaled(left, proof.wPrime, _mul(c, c.delta, c.xi));

        (right.x, right.y) = (proof.quotient.x, proof.quotient.y);
        Bn254.addScaled(right, proof.wPrime, c.delta);
    }

    function _add(Challenges memory c, uint256 a, uint256 b) private pure returns (uint256) {
        return addmod(a, b, c.order);
    }

    function _sub(Challenges memory c, uint256 a, uint256 b) private pure returns (uint256) {
        unchecked {
            return addmod(a, c.order - b, c.order);
        }
    }

    function _mul(Challenges memory c, uint256 a, uint256 b) private pure returns (uint256) {
        return mulmod(a, b, c.order);
    }
}
