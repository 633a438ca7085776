import { buildBn128, type Curve } from "ffjavascript";
import { viewOf, writeUint256LE } from "../../encoding/little-endian.js";
import type { Fr } from "../../field/fr.js";
import {
  COORDINATE_BYTES,
  SCALAR_BITS,
  SCALAR_STRIDE,
  addFixedBaseFunctions,
  type GroupPrefix,
} from "./fixed-base-kernel.js";

/** Multiples of the two generators, many at a time. */
export interface FixedBase {
  /** `64 × scalars.length` bytes: affine `scalar·G1`, Montgomery form, little-endian. Infinity is all zeros. */
  g1(scalars: readonly Fr[]): Promise<Uint8Array>;
  /** `128 × scalars.length` bytes, the same in G2. */
  g2(scalars: readonly Fr[]): Promise<Uint8Array>;
  /** Ends the worker threads; the process cannot exit before. */
  close(): Promise<void>;
}

/** Points of one task: long enough to outweigh copying the table to the worker. */
const TASK_POINTS = 8192;

/**
 * Starts the worker threads. `expectedPoints` is about how many multiples of each generator will be asked for; it
 * decides how large the tables are (13 bits: 10 MB and 21 MB).
 */
export async function createFixedBase(expectedPoints: number): Promise<FixedBase> {
  const curve = await ownCurve();
  const windowBits = bestWindowBits(expectedPoints);
  const tables = new Map<GroupPrefix, Promise<Uint8Array>>();
  const tableOf = (prefix: GroupPrefix): Promise<Uint8Array> => {
    const table = tables.get(prefix) ?? buildTable(curve, prefix, windowBits);
    tables.set(prefix, table);
    return table;
  };
  const multiply = async (prefix: GroupPrefix, scalars: readonly Fr[]): Promise<Uint8Array> => {
    const table = await tableOf(prefix);
    const taskPoints = Math.max(1, Math.min(TASK_POINTS, Math.ceil(scalars.length / curve.tm.concurrency)));
    const tasks: Promise<Uint8Array>[] = [];
    for (let i = 0; i < scalars.length; i += taskPoints) {
      tasks.push(multiplyTask(curve, prefix, table, windowBits, scalars.slice(i, i + taskPoints)));
    }
    const points = new Uint8Array(scalars.length * 2 * COORDINATE_BYTES[prefix]);
    let offset = 0;
    for (const part of await Promise.all(tasks)) {
      points.set(part, offset);
      offset += part.length;
    }
    return points;
  };
  return {
    g1: (scalars) => multiply("g1m", scalars),
    g2: (scalars) => multiply("g2m", scalars),
    close: () => curve.tm.terminate(),
  };
}

/** Fewest additions for a table of `windows·2^w` entries and `windows` additions a point. */
function bestWindowBits(points: number): number {
  const cost = (bits: number): number => Math.ceil(SCALAR_BITS / bits) * (2 ** bits + points);
  let best = 4;
  for (let bits = 5; bits <= 13; bits++) if (cost(bits) < cost(best)) best = bits;
  return best;
}

/** A curve of our own: the one that the process shares lacks the kernel, and somebody else ends its threads. */
async function ownCurve(): Promise<Curve> {
  const SHARED = "curve_bn128";
  const shared: unknown = Reflect.get(globalThis, SHARED);
  Reflect.set(globalThis, SHARED, null);
  try {
    return await buildBn128(false, addFixedBaseFunctions);
  } finally {
    Reflect.set(globalThis, SHARED, shared);
  }
}

async function buildTable(curve: Curve, prefix: GroupPrefix, windowBits: number): Promise<Uint8Array> {
  const windows = Math.ceil(SCALAR_BITS / windowBits);
  const entries = 2 ** windowBits;
  const coordinate = COORDINATE_BYTES[prefix];
  const generator = prefix === "g1m" ? curve.G1.g : curve.G2.g;
  const [table] = await curve.tm.queueAction([
    { cmd: "ALLOCSET", var: 0, buff: generator },
    { cmd: "ALLOC", var: 1, len: (windows * entries + 1) * 3 * coordinate },
    {
      cmd: "CALL",
      fnName: `${prefix}_fixedBaseTable`,
      params: [{ var: 0 }, { val: windows }, { val: entries }, { var: 1 }],
    },
    { cmd: "CALL", fnName: `${prefix}_batchToAffine`, params: [{ var: 1 }, { val: windows * entries }, { var: 1 }] },
    { cmd: "GET", out: 0, var: 1, len: windows * entries * 2 * coordinate },
  ]);
  if (table === undefined) throw new Error("the worker returned no table");
  return table;
}

async function multiplyTask(
  curve: Curve,
  prefix: GroupPrefix,
  table: Uint8Array,
  windowBits: number,
  scalars: readonly Fr[],
): Promise<Uint8Array> {
  const count = scalars.length;
  const coordinate = COORDINATE_BYTES[prefix];
  const packed = new Uint8Array(count * SCALAR_STRIDE);
  const view = viewOf(packed);
  scalars.forEach((scalar, i) => {
    writeUint256LE(view, i * SCALAR_STRIDE, scalar);
  });
  const [points] = await curve.tm.queueAction([
    { cmd: "ALLOCSET", var: 0, buff: table },
    { cmd: "ALLOCSET", var: 1, buff: packed },
    { cmd: "ALLOC", var: 2, len: count * 3 * coordinate },
    {
      cmd: "CALL",
      fnName: `${prefix}_fixedBaseMultiply`,
      params: [{ var: 0 }, { val: windowBits }, { var: 1 }, { val: count }, { var: 2 }],
    },
    { cmd: "CALL", fnName: `${prefix}_batchToAffine`, params: [{ var: 2 }, { val: count }, { var: 2 }] },
    { cmd: "GET", out: 0, var: 2, len: count * 2 * coordinate },
  ]);
  if (points === undefined) throw new Error("the worker returned no points");
  return points;
}
