import { bn254 } from "@noble/curves/bn254.js";
import { FQ_ORDER } from "../protocol/constants.js";
import { isG1Infinity, type G1, type G2 } from "./g1.js";

/** The standard generator of G2. */
export const G2_GENERATOR: G2 = {
  x: {
    c0: 10857046999023057135944570762232829481370756359578518086990519993285655852781n,
    c1: 11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  },
  y: {
    c0: 8495653923123431417604973247489272438418190587263600148770280649306958101930n,
    c1: 4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  },
};

/** Whether a point has canonical coordinates and lies in the order-r subgroup of G2. Infinity is refused. */
export function isG2(p: G2): boolean {
  const coordinates = [p.x.c0, p.x.c1, p.y.c0, p.y.c1];
  if (coordinates.some((c) => c < 0n || c >= FQ_ORDER) || coordinates.every((c) => c === 0n)) return false;
  try {
    bn254.G2.Point.fromAffine(p).assertValidity();
    return true;
  } catch {
    return false;
  }
}

/** Whether `Π e(a_i, b_i) = 1`. Points must be valid; infinity in G1 contributes nothing. */
export function pairingProductIsOne(pairs: readonly (readonly [G1, G2])[]): boolean {
  const nonzero = pairs
    .filter(([a]) => !isG1Infinity(a))
    .map(([a, b]) => ({ g1: bn254.G1.Point.fromAffine(a), g2: bn254.G2.Point.fromAffine(b) }));
  if (nonzero.length === 0) return true;
  return bn254.fields.Fp12.eql(bn254.pairingBatch(nonzero), bn254.fields.Fp12.ONE);
}
