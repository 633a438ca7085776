import { FR_ONE, FR_ZERO, frAdd, frMul, frNeg, frOf, frSub, type Fr } from "../../src/algebra/fr.js";
import type { Tier } from "../../src/protocol/tiers.js";
import type { RangeLayerProof, RangeProof } from "../../src/argument/range/proof.js";
import type { Transcript } from "../../src/argument/transcript/transcript.js";
import { naiveSumcheck } from "./dishonest-sumcheck.js";

/** What the range argument is about: any field vectors of 2^ell elements. */
export interface NaiveLookups {
  /** `E_T` of the used slots. */
  readonly entries: readonly (readonly Fr[])[];
  readonly factorA: readonly Fr[];
  readonly factorB: readonly Fr[];
  readonly multiplicities: readonly Fr[];
}

interface FractionTable {
  readonly p: Fr[];
  readonly q: Fr[];
}

/** All `2^leafVars` leaves of PROTOCOL 7.2, slot after slot. */
export function naiveLeaves(tier: Tier, alpha: Fr, lookups: NaiveLookups): FractionTable {
  const half = frOf(tier.tileSize / 2);
  const p: Fr[] = [];
  const q: Fr[] = [];
  const add = (numerator: Fr, denominator: Fr): void => {
    p.push(numerator);
    q.push(denominator);
  };
  for (let slot = 0; slot < tier.slots; slot++) {
    const tile = lookups.entries[slot];
    for (let x = 0; x < tier.tileSize; x++) {
      if (tile === undefined) add(FR_ZERO, alpha);
      else add(FR_ONE, frAdd(alpha, tile[x] as Fr));
    }
  }
  for (const factor of [lookups.factorA, lookups.factorB]) for (const value of factor) add(FR_ONE, frAdd(alpha, value));
  lookups.multiplicities.forEach((m, x) => {
    add(frNeg(m), frAdd(alpha, frSub(frOf(x), half)));
  });
  return { p, q };
}

/** `p_0/q_0 + … + p_3/q_3` over the product of the denominators. */
export function addFourFractions(p: readonly Fr[], q: readonly Fr[]): { p: Fr; q: Fr } {
  let total = { p: FR_ZERO, q: FR_ONE };
  p.forEach((numerator, i) => {
    const denominator = q[i] as Fr;
    total = {
      p: frAdd(frMul(total.p, denominator), frMul(numerator, total.q)),
      q: frMul(total.q, denominator),
    };
  });
  return total;
}

export function sumByFours({ p, q }: FractionTable): FractionTable {
  const nodes = Array.from({ length: p.length / 4 }, (_, j) =>
    addFourFractions(p.slice(4 * j, 4 * j + 4), q.slice(4 * j, 4 * j + 4)),
  );
  return { p: nodes.map((node) => node.p), q: nodes.map((node) => node.q) };
}

/** Child `c` of every node, for `c = 0 … 3`. */
const byChild = (values: readonly Fr[]): Fr[][] =>
  [0, 1, 2, 3].map((c) => values.filter((_, index) => index % 4 === c));

/** LogUp-GKR from dense layers. `lieAboutRoot` replaces the root's message. */
export function proveRangeNaively(
  tier: Tier,
  alpha: Fr,
  lookups: NaiveLookups,
  transcript: Transcript,
  lieAboutRoot: (honest: Fr[]) => Fr[] = (honest) => honest,
): { proof: RangeProof; point: Fr[] } {
  // levels[k] has 4^(leafVars/2 - k) fractions.
  const levels = [naiveLeaves(tier, alpha, lookups)];
  while (levels.at(-1)!.p.length > 4) levels.push(sumByFours(levels.at(-1)!));
  const top = levels.pop()!;
  const root = lieAboutRoot([...top.p, ...top.q]);
  let children = root;
  let inner: Fr[] = [];
  const layers: RangeLayerProof[] = [];
  for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
    const [c0, c1, lambda] = transcript.absorb(children, 3) as [Fr, Fr, Fr];
    const { rounds, point, finals } = naiveSumcheck(
      [...byChild(level.p), ...byChild(level.q)],
      (values) => {
        const node = addFourFractions(values.slice(0, 4), values.slice(4));
        return frAdd(node.p, frMul(lambda, node.q));
      },
      4,
      transcript,
      [c0, c1, ...inner],
    );
    layers.push({ rounds, children: finals });
    children = finals;
    inner = point;
  }
  const [c0, c1] = transcript.absorb(children, 2) as [Fr, Fr];
  return { proof: { root, layers }, point: [c0, c1, ...inner] };
}
