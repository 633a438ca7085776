import { buildBn128, type Curve, type TaskStep } from "ffjavascript";
import { g1FromMontgomeryLE } from "../../src/algebra/montgomery.js";
import type { G1 } from "../../src/algebra/g1.js";

/** Elements of a bulk multiplication: small enough for the second-level cache, as in our own measurement. */
const BULK_LENGTH = 4096;

/** ffjavascript on the calling thread alone. */
export interface Ffjavascript {
  /** Multiplies `count` elements in a loop inside its WebAssembly: its conversion to Montgomery form, one product each. */
  multiplyInBulk(count: number): Promise<void>;
  /** A function that multiplies two elements, called from JavaScript. */
  multiplyOne(a: bigint, b: bigint): () => void;
  /** `scalars`: little-endian, unsigned, all of one width. `points` as in a `.ptau`. */
  msm(points: Uint8Array, scalars: Uint8Array): Promise<G1>;
}

export async function openFfjavascript(): Promise<Ffjavascript> {
  const curve: Curve = await buildBn128(true);
  const elements = new Uint8Array(32 * BULK_LENGTH).map((_, i) => (i % 32 === 31 ? 0 : (i * 151) & 255));
  return {
    async multiplyInBulk(count) {
      const call: TaskStep = {
        cmd: "CALL",
        fnName: "frm_batchToMontgomery",
        params: [{ var: 0 }, { val: BULK_LENGTH }, { var: 1 }],
      };
      await curve.tm.queueAction([
        { cmd: "ALLOCSET", var: 0, buff: elements },
        { cmd: "ALLOC", var: 1, len: elements.length },
        ...new Array<TaskStep>(Math.ceil(count / BULK_LENGTH)).fill(call),
      ]);
    },
    multiplyOne(a, b) {
      const [x, y] = [curve.Fr.fromObject(a), curve.Fr.fromObject(b)];
      return () => curve.Fr.mul(x, y);
    },
    async msm(points, scalars) {
      return g1FromMontgomeryLE(curve.G1.toAffine(await curve.G1.multiExpAffine(points, scalars)));
    },
  };
}
