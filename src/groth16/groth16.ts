import * as z from "zod/mini";
import { G1_INFINITY, g1Add, g1LinearCombination, g1Neg, isG1, type G1, type G2 } from "../algebra/g1.js";
import { isG2, pairingProductIsOne } from "../algebra/pairing.js";
import { InputError } from "../errors/errors.js";
import { FR_ORDER } from "../protocol/constants.js";
import type { Fr } from "../algebra/fr.js";

/** A Groth16 proof (ePrint 2016/260). */
export interface Groth16Proof {
  readonly a: G1;
  readonly b: G2;
  readonly c: G1;
}

export interface Groth16VerifyingKey {
  readonly alpha1: G1;
  readonly beta2: G2;
  readonly gamma2: G2;
  readonly delta2: G2;
  /** One point more than there are public signals. */
  readonly ic: readonly G1[];
}

const decimal = z.string().check(z.regex(/^(0|[1-9][0-9]*)$/));
const g1Schema = z.tuple([decimal, decimal, decimal]);
const g2Schema = z.tuple([z.tuple([decimal, decimal]), z.tuple([decimal, decimal]), z.tuple([decimal, decimal])]);
const verifyingKeySchema = z.object({
  protocol: z.literal("groth16"),
  curve: z.literal("bn128"),
  vk_alpha_1: g1Schema,
  vk_beta_2: g2Schema,
  vk_gamma_2: g2Schema,
  vk_delta_2: g2Schema,
  IC: z.array(g1Schema),
});
const proofSchema = z.object({ pi_a: g1Schema, pi_b: g2Schema, pi_c: g1Schema });

/** snarkjs writes projective triples; the third coordinate is 0 at infinity and 1 elsewhere. */
function g1Of([x, y, scale]: readonly [string, string, string]): G1 {
  return scale === "0" ? G1_INFINITY : { x: BigInt(x), y: BigInt(y) };
}

function g2Of([x, y]: z.infer<typeof g2Schema>): G2 {
  return { x: { c0: BigInt(x[0]), c1: BigInt(x[1]) }, y: { c0: BigInt(y[0]), c1: BigInt(y[1]) } };
}

/** Reads snarkjs's `verification_key.json`. Throws `InputError` for anything else. */
export function parseVerifyingKey(json: unknown): Groth16VerifyingKey {
  const parsed = verifyingKeySchema.safeParse(json);
  if (!parsed.success)
    throw new InputError("the verifying key is not one of snarkjs for Groth16 over bn128", { cause: parsed.error });
  const key = parsed.data;
  return {
    alpha1: g1Of(key.vk_alpha_1),
    beta2: g2Of(key.vk_beta_2),
    gamma2: g2Of(key.vk_gamma_2),
    delta2: g2Of(key.vk_delta_2),
    ic: key.IC.map((point) => g1Of(point)),
  };
}

/** Reads the proof object that snarkjs's prover returns. */
export function parseSnarkjsProof(json: unknown): Groth16Proof {
  const proof = proofSchema.parse(json);
  return { a: g1Of(proof.pi_a), b: g2Of(proof.pi_b), c: g1Of(proof.pi_c) };
}

/**
 * Whether a proof is valid: `e(A, B) = e(α, β)·e(Σ s_i IC_i, γ)·e(C, δ)`. Signals must be canonical, points on
 * their curves and B in the subgroup: otherwise the answer is no.
 */
export function verifyGroth16(key: Groth16VerifyingKey, signals: readonly Fr[], proof: Groth16Proof): boolean {
  if (signals.length + 1 !== key.ic.length) return false;
  if (signals.some((signal) => signal < 0n || signal >= FR_ORDER)) return false;
  if (!isG1(proof.a) || !isG1(proof.c) || !isG2(proof.b)) return false;
  const [constant, ...ic] = key.ic as readonly [G1, ...G1[]];
  const inputs = g1Add(constant, g1LinearCombination(ic.map((point, i): [Fr, G1] => [signals[i] as Fr, point])));
  return pairingProductIsOne([
    [g1Neg(proof.a), proof.b],
    [key.alpha1, key.beta2],
    [inputs, key.gamma2],
    [proof.c, key.delta2],
  ]);
}
