import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bn254 } from "@noble/curves/bn254.js";
import { G1_GENERATOR, g1Mul, type G2 } from "../../../src/algebra/g1.js";
import { frAdd, frInv, frMul, frSub, type Fr } from "../../../src/algebra/fr.js";
import { compileGroth16Verifier } from "../../../scripts/compile-solidity.js";
import type { DeployableContract } from "../../../src/registry/deploy.js";
import { verifyingKeyArgument } from "../../../src/registry/verifying-key.js";
import type { Groth16VerifyingKey } from "../../../src/groth16/groth16.js";
import { seededFr } from "../../unit/argument/mercury/known-tau.js";
import { artifact } from "./chain.js";
import type { WrapSegment } from "./world.js";

const require = createRequire(import.meta.url);
const snarkjs = require.resolve("snarkjs");
const ejs = createRequire(snarkjs)("ejs") as { render(template: string, values: object): string };

const g2Times = (scalar: Fr): G2 => bn254.G2.Point.BASE.multiply(scalar).toAffine();

/** A Solidity verifier for a key whose toxic waste the test knows, with a simulator of proofs. */
export interface KnownKeyGroth16 {
  readonly key: Groth16VerifyingKey;
  /** The project's verifier, with the key as its argument. Needs built contracts. */
  contract(): Promise<DeployableContract>;
  /** What snarkjs exports for the key. */
  readonly snarkjs: () => DeployableContract;
  /** A valid proof for any signals, made without a witness. */
  readonly simulate: WrapSegment;
}

export function knownKeyGroth16(seed: string): KnownKeyGroth16 {
  const next = seededFr(seed);
  const [alpha, beta, gamma, delta, a, b] = [next(), next(), next(), next(), next(), next()];
  const ic = [next(), next(), next(), next()] as const;
  const key: Groth16VerifyingKey = {
    alpha1: g1Mul(G1_GENERATOR, alpha),
    beta2: g2Times(beta),
    gamma2: g2Times(gamma),
    delta2: g2Times(delta),
    ic: ic.map((scalar) => g1Mul(G1_GENERATOR, scalar)),
  };
  const words1 = (scalar: Fr): string[] => {
    const { x, y } = g1Mul(G1_GENERATOR, scalar);
    return [String(x), String(y)];
  };
  const words2 = (scalar: Fr): string[][] => {
    const { x, y } = g2Times(scalar);
    return [
      [String(x.c0), String(x.c1)],
      [String(y.c0), String(y.c1)],
    ];
  };
  const template = readFileSync(join(dirname(snarkjs), "../templates/verifier_groth16.sol.ejs"), "utf8");
  const source = ejs.render(template, {
    nPublic: 3,
    vk_alpha_1: words1(alpha),
    vk_beta_2: words2(beta),
    vk_gamma_2: words2(gamma),
    vk_delta_2: words2(delta),
    IC: ic.map(words1),
  });
  return {
    key,
    contract: async () => ({ ...(await artifact("Groth16Verifier")), args: [verifyingKeyArgument(key)] }),
    snarkjs: () => compileGroth16Verifier(source),
    // e(A, B) = e(α, β)·e(Σ s_i IC_i, γ)·e(C, δ), solved for C.
    simulate: (signals) => {
      const inputs = [signals.h, signals.eta, signals.v].reduce<Fr>(
        (sum, signal, i) => frAdd(sum, frMul(signal, ic[i + 1] as Fr)),
        ic[0],
      );
      const rest = frSub(frSub(frMul(a, b), frMul(alpha, beta)), frMul(inputs, gamma));
      const c = g1Mul(G1_GENERATOR, frMul(rest, frInv(delta)));
      return { a: g1Mul(G1_GENERATOR, a), b: g2Times(b), c };
    },
  };
}
