import type { Fr } from "../algebra/fr.js";
import type { Tier } from "../protocol/tiers.js";
import { VerificationError } from "../errors/errors.js";
import type { RangeProof } from "../argument/range/proof.js";

/**
 * Every message of the prover in the unwrapped segment proof (PROTOCOL 7). It reveals evaluations of the
 * difference: it is the Groth16 wrapper's witness and is published only for models that are public anyway.
 */
export interface SegmentProof {
  /** Fresh randomness that keeps the challenges secret (PROTOCOL 6). */
  readonly salt: Fr;
  readonly range: RangeProof;
  /** For all `maxRules` places: `Σ E²` and `Σ b` as integers. */
  readonly sums: readonly RuleSums[];
  /** `ell` round polynomials `c_1, c_2, c_3` of the main sumcheck. */
  readonly main: readonly (readonly Fr[])[];
  /** Values at the main sumcheck's point. */
  readonly evaluations: {
    /** `R~_T` of all `slots` slots. */
    readonly residuals: readonly Fr[];
    /** `b~_T` of all `slots` slots. */
    readonly masks: readonly Fr[];
    readonly factorA: Fr;
    readonly factorB: Fr;
    readonly multiplicity: Fr;
  };
  /** `sa[g][k]`, `sc[g][k]` for `g < maxRankRules`, `k < maxRank`. */
  readonly factorClaims: {
    readonly sa: readonly (readonly Fr[])[];
    readonly sc: readonly (readonly Fr[])[];
  };
  /** `ell` round polynomials `c_1, c_2` of the opening reduction. */
  readonly opening: readonly (readonly Fr[])[];
  /** Values at the opening point `z`. */
  readonly openingEvaluations: {
    /** `G~_1` */
    readonly combined: Fr;
    readonly factorA: Fr;
    readonly factorB: Fr;
    /** `M~` */
    readonly blinding: Fr;
  };
}

export interface RuleSums {
  readonly sumSquares: bigint;
  readonly nonzeros: bigint;
}

/** Throws `VerificationError` in phase "shape" unless every list of the proof has the length of the tier. */
export function assertProofShape(tier: Tier, proof: SegmentProof): void {
  const expectLength = (name: string, list: readonly unknown[], length: number): void => {
    if (list.length !== length) {
      throw new VerificationError("shape", `${name} has ${list.length} elements`, {
        expected: String(length),
        actual: String(list.length),
      });
    }
  };
  expectLength("range.root", proof.range.root, 8);
  expectLength("range.layers", proof.range.layers, tier.leafVars / 2 - 1);
  proof.range.layers.forEach((layer, i) => {
    expectLength(`range.layers[${i}].rounds`, layer.rounds, 2 * (i + 1));
    layer.rounds.forEach((round, k) => {
      expectLength(`range.layers[${i}].rounds[${k}]`, round, 4);
    });
    expectLength(`range.layers[${i}].children`, layer.children, 8);
  });
  expectLength("sums", proof.sums, tier.maxRules);
  expectLength("main", proof.main, tier.ell);
  proof.main.forEach((round, k) => {
    expectLength(`main[${k}]`, round, 3);
  });
  expectLength("evaluations.residuals", proof.evaluations.residuals, tier.slots);
  expectLength("evaluations.masks", proof.evaluations.masks, tier.slots);
  for (const [name, matrix] of Object.entries<readonly (readonly Fr[])[]>(proof.factorClaims)) {
    expectLength(`factorClaims.${name}`, matrix, tier.maxRankRules);
    matrix.forEach((row, g) => {
      expectLength(`factorClaims.${name}[${g}]`, row, tier.maxRank);
    });
  }
  expectLength("opening", proof.opening, tier.ell);
  proof.opening.forEach((round, k) => {
    expectLength(`opening[${k}]`, round, 2);
  });
}

/** Every field element of a proof with its path, for canonicality checks and for inventories. */
export function proofElements(proof: SegmentProof): { path: string; value: bigint }[] {
  const found: { path: string; value: bigint }[] = [];
  const visit = (path: string, node: unknown): void => {
    if (typeof node === "bigint") found.push({ path, value: node });
    else if (Array.isArray(node))
      node.forEach((child, i) => {
        visit(`${path}[${i}]`, child);
      });
    else if (typeof node === "object" && node !== null) {
      for (const [key, child] of Object.entries(node)) visit(path === "" ? key : `${path}.${key}`, child);
    }
  };
  visit("", proof);
  return found;
}
