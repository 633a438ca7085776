import { buildBn128, type Curve } from "ffjavascript";
import { g1Sub, type G1 } from "../../curve/g1.js";
import { G1_BYTES, g1FromMontgomeryLE } from "../../encoding/montgomery.js";
import type { Backend, FrVector, IntVector } from "../backend.js";
import { referenceBackend } from "../reference/backend.js";
import { elementsOf } from "../reference/vector.js";
import { packFrLE, splitSigned } from "./scalars.js";

/** A backend that uses worker threads. */
export interface ThreadedBackend extends Backend {
  /** Ends the worker threads with the last open backend; the process cannot exit before. */
  close(): Promise<void>;
}

/**
 * ffjavascript keeps one curve and its threads for the whole process, snarkjs included. Whoever waits for threads that
 * somebody else has ended waits for ever: so they end with the last backend, and every use asks for the present curve.
 */
let openBackends = 0;

async function endSharedThreads(): Promise<void> {
  const shared: unknown = Reflect.get(globalThis, "curve_bn128");
  if (shared !== undefined && shared !== null) await (shared as Curve).terminate();
}

/** ffjavascript's multi-scalar multiplication on worker threads; everything else is the reference. */
export async function createFfjavascriptBackend(): Promise<ThreadedBackend> {
  await buildBn128();
  openBackends++;
  let isClosed = false;

  async function multiply(powers: Uint8Array, scalars: Uint8Array, count: number): Promise<G1> {
    if (isClosed) throw new RangeError("msm: the backend is closed");
    if (count === 0 || scalars.every((byte) => byte === 0)) return { x: 0n, y: 0n };
    const curve = await buildBn128();
    const sum = await curve.G1.multiExpAffine(powers.subarray(0, G1_BYTES * count), scalars);
    return g1FromMontgomeryLE(curve.G1.toAffine(sum));
  }

  return {
    ...referenceBackend,
    name: "ffjavascript",
    async msm(powers: Uint8Array, scalars: IntVector | FrVector): Promise<G1> {
      if (powers.length < G1_BYTES * scalars.length) {
        throw new RangeError(`msm: ${scalars.length} scalars but only ${powers.length / G1_BYTES} points`);
      }
      if (!(scalars instanceof Int32Array || scalars instanceof Float64Array)) {
        return multiply(powers, packFrLE(elementsOf(scalars)), scalars.length);
      }
      const { positive, negative } = splitSigned(scalars);
      const plus = await multiply(powers, positive, scalars.length);
      return g1Sub(plus, await multiply(powers, negative, scalars.length));
    },
    async close(): Promise<void> {
      if (isClosed) return;
      isClosed = true;
      if (--openBackends === 0) await endSharedThreads();
    },
  };
}
