import { frAdd, frMul, frOf, frInv, frSub, type Fr } from "../../algebra/fr.js";
import { evaluate, sum } from "../../algebra/univariate.js";
import type { Transcript } from "../transcript/transcript.js";

const HALF = frInv(frOf(2));

/** What a sumcheck leaves to be checked: the polynomial's value at the random point. */
export interface SumcheckClaim {
  readonly point: readonly Fr[];
  readonly value: Fr;
}

/**
 * Verifies the rounds of a sumcheck whose round polynomials include every factor. A message holds
 * `c_1 … c_d`; `c_0 = (claim - c_1 - … - c_d)/2` makes `h(0) + h(1)` equal the claim by construction, so a
 * wrong claim is only caught by the caller's check of the returned value (PROTOCOL 7.4, 7.7).
 */
export function replaySumcheck(claim: Fr, rounds: readonly (readonly Fr[])[], transcript: Transcript): SumcheckClaim {
  const point: Fr[] = [];
  let value = claim;
  for (const round of rounds) {
    const challenge = transcript.challenge(round);
    const c0 = frMul(frSub(value, sum(round)), HALF);
    value = evaluate([c0, ...round], challenge);
    point.push(challenge);
  }
  return { point, value };
}

/**
 * The same for `Σ_x eq(r, x)·F(x)` with the eq factor split off (ePrint 2024/108): a message holds `c_1 … c_d`
 * of `h` without its eq factor, `c_0 = claim - r_k (c_1 + … + c_d)`. The returned value is `F` at the point.
 */
export function replaySplitEqSumcheck(
  claim: Fr,
  eqPoint: readonly Fr[],
  rounds: readonly (readonly Fr[])[],
  transcript: Transcript,
): SumcheckClaim {
  const point: Fr[] = [];
  let value = claim;
  rounds.forEach((round, k) => {
    const challenge = transcript.challenge(round);
    const c0 = frSub(value, frMul(eqPoint[k] as Fr, sum(round)));
    value = evaluate([c0, ...round], challenge);
    point.push(challenge);
  });
  return { point, value };
}

/** Folds four children along `(c_0, c_1)`, low bit first: the value of their multilinear extension. */
export function foldFour(children: readonly Fr[], c0: Fr, c1: Fr): Fr {
  const [a, b, c, d] = children as readonly [Fr, Fr, Fr, Fr];
  const low = frAdd(a, frMul(c0, frSub(b, a)));
  const high = frAdd(c, frMul(c0, frSub(d, c)));
  return frAdd(low, frMul(c1, frSub(high, low)));
}
