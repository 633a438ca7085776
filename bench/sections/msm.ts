import { g1Equals } from "../../src/algebra/g1.js";
import { G1_BYTES } from "../../src/algebra/montgomery.js";
import { readUint256LE, viewOf, writeUint256LE } from "../../src/algebra/little-endian.js";
import type { Fr } from "../../src/algebra/fr.js";
import type { Backend } from "../../src/kernels/backend.js";
import { FQ_ORDER } from "../../src/protocol/constants.js";
import { withBackend } from "../backend.js";
import type { Bench, PeerValue } from "../bench.js";
import { openFfjavascript, type Ffjavascript } from "../peers/ffjavascript.js";
import { nobleMsm } from "../peers/noble.js";
import { benchPoints } from "../points.js";
import { randomFrs, randomSigned } from "../random.js";

const SIGNED_BITS = [8, 16, 24] as const;
const SIGNED_LOGS = [16, 20];
const FULL_LOGS = [16, 18, 20];
/** noble's time for a point is taken from this many. */
const NOBLE_POINTS = 512;

export type ScalarKind = (typeof SIGNED_BITS)[number] | "full";

/** What is multiplied, as every contender needs it. */
interface Instance {
  readonly kind: ScalarKind;
  readonly log: number;
  readonly points: Uint8Array;
  readonly scalars: Int32Array | readonly Fr[];
}

export function msmName(kind: ScalarKind, log: number, threads: number): string {
  const scalars = kind === "full" ? "full scalars" : `signed ${kind}-bit scalars`;
  return `msm: ${scalars}, 2^${log} points, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
}

/** Multi-scalar multiplication, every result compared with ffjavascript's. Values are times for one point. */
export async function benchMsm(bench: Bench): Promise<void> {
  const [signedLogs, fullLogs] = bench.quick ? [[12], [12]] : [SIGNED_LOGS, FULL_LOGS];
  const points = await benchPoints(2 ** Math.max(...signedLogs, ...fullLogs));
  const ffjavascript = await openFfjavascript();
  await withBackend(1, (single) =>
    withBackend(2, async (double) => {
      for (const kind of SIGNED_BITS) {
        for (const log of signedLogs) {
          const scalars = randomSigned(2 ** log, kind);
          await compare(bench, [single, double], ffjavascript, { kind, log, points, scalars });
        }
      }
      for (const log of fullLogs) {
        const scalars = randomFrs(2 ** log);
        await compare(bench, [single, double], ffjavascript, { kind: "full", log, points, scalars });
      }
    }),
  );
}

async function compare(
  bench: Bench,
  backends: readonly Backend[],
  ffjavascript: Ffjavascript,
  instance: Instance,
): Promise<void> {
  const { kind, log, points } = instance;
  const count = 2 ** log;
  const used = points.subarray(0, count * G1_BYTES);
  const unsigned = unsignedOf(used, instance.scalars, kind === "full" ? 32 : kind / 8);
  const expected = await ffjavascript.msm(unsigned.points, unsigned.scalars);
  const peer = await bench.timeEach(count, () => ffjavascript.msm(unsigned.points, unsigned.scalars));
  const peers: PeerValue[] = [{ name: "ffjavascript, 1 thread", value: peer.value }, await nobleValue(bench, instance)];

  for (const [i, backend] of backends.entries()) {
    const scalars = instance.scalars instanceof Int32Array ? instance.scalars : await backend.fromFr(instance.scalars);
    const sum = await backend.msm(used, scalars);
    if (!g1Equals(sum, expected)) throw new Error(`${msmName(kind, log, i + 1)}: differs from ffjavascript's`);
    const timing = await bench.timeEach(count, () => backend.msm(used, scalars));
    bench.record({ name: msmName(kind, log, i + 1), unit: "ns", ...timing }, i === 0 ? peers : []);
  }
}

/**
 * The same sum without negative scalars, which ffjavascript has not: `-s·P = s·(-P)`, negated before the clock runs.
 * Scalars become little-endian, `width` bytes each.
 */
function unsignedOf(
  points: Uint8Array,
  scalars: Int32Array | readonly Fr[],
  width: number,
): { readonly points: Uint8Array; readonly scalars: Uint8Array } {
  const packed = new Uint8Array(scalars.length * width);
  const copy = points.slice();
  const [packedView, pointView] = [viewOf(packed), viewOf(copy)];
  Array.from<number | bigint>(scalars).forEach((scalar, i) => {
    if (typeof scalar === "bigint") {
      writeUint256LE(packedView, i * width, scalar);
      return;
    }
    for (let byte = 0; byte < width; byte++) packed[i * width + byte] = Math.abs(scalar) >>> (8 * byte);
    const y = i * G1_BYTES + 32;
    if (scalar < 0) writeUint256LE(pointView, y, FQ_ORDER - readUint256LE(pointView, y));
  });
  return { points: copy, scalars: packed };
}

async function nobleValue(bench: Bench, { points, scalars }: Instance): Promise<PeerValue> {
  const count = Math.min(NOBLE_POINTS, scalars.length);
  const few = Array.from<number | bigint>(scalars.slice(0, count)).map(BigInt);
  const magnitudes = few.map((scalar) => (scalar < 0n ? -scalar : scalar));
  const { value } = await bench.timeEach(count, nobleMsm(points, magnitudes));
  return { name: "noble", value, note: `a point of ${count}` };
}
