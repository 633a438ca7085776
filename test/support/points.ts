import type { G1 } from "../../src/algebra/g1.js";
import { FQ_ORDER } from "../../src/protocol/constants.js";

const MONTGOMERY_R = (1n << 256n) % FQ_ORDER;

/** Points as a backend takes them: 64 bytes each, little-endian, Montgomery. */
export function packPoints(points: readonly G1[]): Uint8Array {
  const bytes = new Uint8Array(64 * points.length);
  const encoded = new Map<G1, Uint8Array>();
  points.forEach((point, i) => {
    let one = encoded.get(point);
    if (one === undefined) encoded.set(point, (one = packPoint(point)));
    bytes.set(one, 64 * i);
  });
  return bytes;
}

function packPoint({ x, y }: G1): Uint8Array {
  const bytes = new Uint8Array(64);
  [x, y].forEach((coordinate, half) => {
    let rest = (coordinate * MONTGOMERY_R) % FQ_ORDER;
    for (let at = 0; at < 32; at++, rest >>= 8n) bytes[32 * half + at] = Number(rest & 0xffn);
  });
  return bytes;
}
