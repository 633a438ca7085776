import { bn254 } from "@noble/curves/bn254.js";
import { G1_GENERATOR, g1Mul, type G2 } from "../../../../src/algebra/g1.js";
import { FQ_ORDER } from "../../../../src/protocol/constants.js";
import { frPowers, toFr, type Fr } from "../../../../src/algebra/fr.js";
import { evaluate } from "../../../../src/algebra/univariate.js";
import { keccakText } from "../../../../src/algebra/keccak.js";
import type { Srs } from "../../../../src/argument/kzg/srs.js";
import type { CommitCoefficients } from "../../../support/mercury.js";

/** Field elements from a text seed: `keccak256("<seed>/<n>") mod p`, so a failing test can be repeated. */
export function seededFr(seed: string): () => Fr {
  let n = 0;
  return () => toFr(BigInt(keccakText(`${seed}/${n++}`)));
}

/** An SRS whose secrets the test knows: a commitment is then one multiplication by `f(τ)`. */
export interface KnownTauSrs {
  readonly srs: Srs;
  readonly tau: Fr;
  readonly beta: Fr;
  readonly commit: CommitCoefficients;
}

function g2Times(scalar: Fr): G2 {
  return bn254.G2.Point.BASE.multiply(scalar).toAffine();
}

const MONTGOMERY_R = (1n << 256n) % FQ_ORDER;

function writeMontgomeryLE(bytes: Uint8Array, offset: number, coordinate: bigint): void {
  let rest = (coordinate * MONTGOMERY_R) % FQ_ORDER;
  for (let i = 0; i < 32; i++, rest >>= 8n) bytes[offset + i] = Number(rest & 0xffn);
}

/** `size` powers; 0 leaves them out, where only `commit` is used. */
export function knownTauSrs(seed: string, size = 0): KnownTauSrs {
  const next = seededFr(`srs/${seed}`);
  const tau = next();
  const beta = next();
  const powers = new Uint8Array(size * 64);
  frPowers(tau, size).forEach((power, i) => {
    const { x, y } = g1Mul(G1_GENERATOR, power);
    writeMontgomeryLE(powers, i * 64, x);
    writeMontgomeryLE(powers, i * 64 + 32, y);
  });
  return {
    srs: {
      size,
      tau1: g1Mul(G1_GENERATOR, tau),
      tau2: g2Times(tau),
      blindingBase: g1Mul(G1_GENERATOR, beta),
      powers,
    },
    tau,
    beta,
    commit: (coefficients) => Promise.resolve(g1Mul(G1_GENERATOR, evaluate(coefficients, tau))),
  };
}
