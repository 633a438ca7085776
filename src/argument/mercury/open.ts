import type { G1 } from "../../algebra/g1.js";
import { InputError } from "../../errors/errors.js";
import { FR_ONE, FR_ZERO, frAdd, frInv, frMul, frPow, frSub, type Fr } from "../../algebra/fr.js";
import type { Backend, FrVector } from "../../kernels/backend.js";
import { eqTable } from "../../algebra/eq.js";
import { divideByLinear, evaluate, multiply } from "../../algebra/univariate.js";
import { batchClaims, interpolateAt, vanishingAt, type BatchClaim } from "./batch.js";
import { deriveSZetaInv } from "./identity.js";
import type { MercuryProof } from "./proof.js";
import { areOpeningPointsDegenerate, MercuryChallenges } from "./transcript.js";

/**
 * The seam to the multi-scalar multiplication: `Σ_i coefficients[i]·[τ^i]_1` for coefficients constant first,
 * at most as many as the SRS has powers. No blinding.
 */
export type CommitField = (coefficients: FrVector) => Promise<G1>;

export interface MercuryOpening {
  /** `2^ell` coefficients of the opened polynomial: entry `x` of the multilinear extension, `ell` even. */
  readonly combined: FrVector;
  /** `ell` coordinates, least significant variable first. */
  readonly point: readonly Fr[];
  /** The value of the multilinear extension there. Not checked: a wrong one gives a proof that is rejected. */
  readonly value: Fr;
  /** `ρ*`: the commitment that is opened is `commit(combined) + ρ*·H`. It becomes public. */
  readonly blinding: Fr;
  /** What the transcript starts from: the public signals, which bind commitment, point and value. */
  readonly seedWords: readonly bigint[];
}

const at = (vector: readonly Fr[], i: number): Fr => vector[i] ?? FR_ZERO;

/** `S`: coefficient `k - 1` is that of `X^k` in `g(X)P_lo(1/X) + g(1/X)P_lo(X) + γ(h, P_hi alike)`. */
function crossTerms(pairs: readonly (readonly [readonly Fr[], readonly Fr[], Fr])[], b: number): Fr[] {
  const terms = new Array<Fr>(b - 1).fill(FR_ZERO);
  for (const [a, p, weight] of pairs) {
    // a(X)·p(1/X)·X^(b-1): the coefficients of X^k and X^-k lie k to the right and to the left of the middle.
    const product = multiply(a, p.toReversed());
    const middle = b - 1;
    terms.forEach((term, i) => {
      const both = frAdd(at(product, middle + i + 1), at(product, middle - i - 1));
      terms[i] = frAdd(term, frMul(weight, both));
    });
  }
  return terms;
}

/** `into[i] += weight·polynomial[i]`. */
function addScaled(into: Fr[], polynomial: readonly Fr[], weight: Fr): void {
  polynomial.forEach((c, i) => (into[i] = frAdd(at(into, i), frMul(weight, c))));
}

/** `W = Σ β^i (f_i - r_i) / Π_(t ∈ S_i)(X - t)`: the factors outside `S_i` of numerator and `Z_T` cancel. */
function batchQuotient(polynomials: readonly (readonly Fr[])[], claims: readonly BatchClaim[], beta: Fr): Fr[] {
  const total: Fr[] = [];
  let weight: Fr = FR_ONE;
  polynomials.forEach((polynomial, i) => {
    // Dividing out one point after the other drops the remainders, which are the interpolating r_i.
    const quotient = (claims[i]?.values ?? []).reduce<readonly Fr[]>(
      (rest, [point]) => divideByLinear(rest, point),
      polynomial,
    );
    addScaled(total, quotient, weight);
    weight = frMul(weight, beta);
  });
  return total;
}

/** `Σ β^i Z_(T∖S_i)(ξ)(f_i - r_i(ξ)) - Z_T(ξ) W`, which vanishes at `ξ`, divided by `X - ξ`. */
function linearisedQuotient(
  polynomials: readonly (readonly Fr[])[],
  claims: readonly BatchClaim[],
  w: readonly Fr[],
  beta: Fr,
  xi: Fr,
  allPoints: readonly Fr[],
): Fr[] {
  const total: Fr[] = [];
  polynomials.forEach((polynomial, i) => {
    const claim = claims[i] as BatchClaim;
    const weight = frMul(frPow(beta, i), vanishingAt(claim.others, xi));
    addScaled(total, polynomial, weight);
    total[0] = frSub(at(total, 0), frMul(weight, interpolateAt(claim.values, xi)));
  });
  addScaled(total, w, frSub(FR_ZERO, vanishingAt(allPoints, xi)));
  return divideByLinear(total, xi);
}

/**
 * Opens a polynomial at a multilinear point (Mercury, ePrint 2025/385 §6, with batched KZG after ePrint 2020/081
 * §4): `O(2^ell)` field multiplications, two commitments of `2^ell` coefficients and six of `2^(ell/2)`.
 *
 * Not zero knowledge by itself: the caller opens a polynomial that is masked by a random one.
 * Throws `InputError` for sizes that do not fit, and if the challenges are degenerate (probability below 2^-250).
 */
export async function openMercury(
  opening: MercuryOpening,
  backend: Backend,
  commit: CommitField,
): Promise<MercuryProof> {
  const { combined: f, point, value, blinding } = opening;
  const half = point.length / 2;
  if (!Number.isInteger(half) || half < 1 || f.length !== 2 ** point.length) {
    throw new InputError(
      `openMercury: ${f.length} coefficients and ${point.length} coordinates: expected an even number of coordinates, ell, and 2^ell coefficients`,
    );
  }
  const b = 2 ** half;
  const zLow = point.slice(0, half);
  const zHigh = point.slice(half);
  const pLow = eqTable(zLow);
  const pHigh = eqTable(zHigh);
  const challenges = new MercuryChallenges(opening.seedWords, blinding);

  // Polynomials of 2^ell coefficients stay in the backend, those of b are bigints.
  const commitSmall = async (coefficients: readonly Fr[]): Promise<G1> => commit(await backend.fromFr(coefficients));

  const folded = await backend.foldLow(f, pLow);
  const hPoly = await backend.toFr(folded);
  const h = await commit(folded);
  const alpha = challenges.alpha({ h });

  const { quotient: qPoly, remainder } = await backend.divideByBinomial(f, b, alpha);
  const gPoly = await backend.toFr(remainder);
  const [q, g] = await Promise.all([commit(qPoly), commit(remainder)]);
  const gamma = challenges.gamma({ q, g });

  const sPoly = crossTerms(
    [
      [gPoly, pLow, FR_ONE],
      [hPoly, pHigh, gamma],
    ],
    b,
  );
  const dPoly = gPoly.toReversed();
  const [s, d] = await Promise.all([commitSmall(sPoly), commitSmall(dPoly)]);
  const zeta = challenges.zeta({ s, d });
  if (areOpeningPointsDegenerate(alpha, zeta)) {
    throw new InputError("openMercury: the challenges coincide", { remedy: "Prove again with fresh randomness." });
  }
  const zetaInv = frInv(zeta);

  const gZeta = evaluate(gPoly, zeta);
  const evaluations = {
    gZeta,
    gZetaInv: evaluate(gPoly, zetaInv),
    hZeta: evaluate(hPoly, zeta),
    hZetaInv: evaluate(hPoly, zetaInv),
    hAlpha: evaluate(hPoly, alpha),
    sZeta: evaluate(sPoly, zeta),
  };
  const divided = await backend.linearCombination(f.length, [
    { weight: FR_ONE, vector: f },
    { weight: frSub(alpha, frPow(zeta, b)), vector: qPoly },
  ]);
  const quotient = await commit(await backend.divideByLinear(divided, zeta));
  const beta = challenges.beta({ ...evaluations, quotient });

  const sZetaInv = deriveSZetaInv({ ...evaluations, zLow, zHigh, value, gamma, zeta, zetaInv });
  const dZeta = frMul(frPow(zeta, b - 1), evaluations.gZetaInv);
  const claims = batchClaims({ zeta, zetaInv, alpha }, { ...evaluations, sZetaInv, dZeta });
  const polynomials = [gPoly, hPoly, sPoly, dPoly];
  const wPoly = batchQuotient(polynomials, claims, beta);
  const w = await commitSmall(wPoly);
  const xi = challenges.xi({ w });
  const wPrime = await commitSmall(linearisedQuotient(polynomials, claims, wPoly, beta, xi, [zeta, zetaInv, alpha]));
  return { h, q, g, s, d, quotient, w, wPrime, ...evaluations, blinding };
}
