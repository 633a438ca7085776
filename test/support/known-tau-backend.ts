import { G1_GENERATOR, g1Mul } from "../../src/algebra/g1.js";
import { frMul, FR_ONE, toFr, type Fr } from "../../src/algebra/fr.js";
import type { Backend, FrVector, IntVector } from "../../src/kernels/backend.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { entriesOf } from "../../src/kernels/reference/vector.js";
import type { Srs } from "../../src/argument/kzg/srs.js";
import { knownTauSrs } from "../unit/argument/mercury/known-tau.js";

/** A backend that knows `τ`: a commitment is one evaluation and one multiplication. It remembers what it was asked. */
export interface KnownTauBackend {
  readonly srs: Srs;
  readonly backend: Backend;
  /** The largest magnitude of every `Int32Array` that was committed; `undefined` for other vectors. */
  readonly asked: (number | undefined)[];
  /** The most multiplications that were under way at once. */
  readonly mostAtOnce: () => number;
}

const largestOf = (entries: Int32Array): number =>
  entries.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0);

export function knownTauBackend(seed: string, size: number, jobs = 1): KnownTauBackend {
  const { srs, tau } = knownTauSrs(seed);
  const asked: (number | undefined)[] = [];
  let [running, most] = [0, 0];
  const msm = async (_powers: Uint8Array, scalars: IntVector | FrVector): Promise<ReturnType<typeof g1Mul>> => {
    running++;
    most = Math.max(most, running);
    const entries = entriesOf(scalars);
    asked.push(entries instanceof Int32Array ? largestOf(entries) : undefined);
    let sum = 0n;
    let power: Fr = FR_ONE;
    for (const entry of entries) {
      sum += BigInt(entry) * power;
      power = frMul(power, tau);
    }
    // Calls end in another order than they started.
    await new Promise((resolve) => setTimeout(resolve, asked.length % 3));
    running--;
    return g1Mul(G1_GENERATOR, toFr(sum));
  };
  return {
    srs: { ...srs, size },
    backend: { ...referenceBackend, name: "known tau", jobs, msm },
    asked,
    mostAtOnce: () => most,
  };
}
