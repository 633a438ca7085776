import { bn254 } from "@noble/curves/bn254.js";
import { FQ_ORDER } from "../protocol/constants.js";
import type { Fr } from "./fr.js";

/** An affine point of BN254's G1 as the EVM writes it: `(0, 0)` is the point at infinity. */
export interface G1 {
  readonly x: bigint;
  readonly y: bigint;
}

/** An affine point of G2, each coordinate `c0 + c1·i`. `(0, 0)` is the point at infinity. */
export interface G2 {
  readonly x: { readonly c0: bigint; readonly c1: bigint };
  readonly y: { readonly c0: bigint; readonly c1: bigint };
}

const Point = bn254.G1.Point;
type NoblePoint = InstanceType<typeof Point>;

export const G1_INFINITY: G1 = { x: 0n, y: 0n };
export const G1_GENERATOR: G1 = { x: 1n, y: 2n };

export function isG1Infinity(p: G1): boolean {
  return p.x === 0n && p.y === 0n;
}

export function g1Equals(a: G1, b: G1): boolean {
  return a.x === b.x && a.y === b.y;
}

/** Whether the coordinates are canonical and the point is on `y² = x³ + 3` or at infinity (cofactor 1). */
export function isG1(p: G1): boolean {
  if (p.x < 0n || p.x >= FQ_ORDER || p.y < 0n || p.y >= FQ_ORDER) return false;
  if (isG1Infinity(p)) return true;
  return (p.y * p.y - p.x * p.x * p.x - 3n) % FQ_ORDER === 0n;
}

function toNoble(p: G1): NoblePoint {
  return isG1Infinity(p) ? Point.ZERO : Point.fromAffine(p);
}

function fromNoble(p: NoblePoint): G1 {
  if (p.is0()) return G1_INFINITY;
  const { x, y } = p.toAffine();
  return { x, y };
}

export function g1Add(a: G1, b: G1): G1 {
  return fromNoble(toNoble(a).add(toNoble(b)));
}

export function g1Neg(p: G1): G1 {
  return p.y === 0n ? p : { x: p.x, y: FQ_ORDER - p.y };
}

export function g1Sub(a: G1, b: G1): G1 {
  return g1Add(a, g1Neg(b));
}

/** `scalar · p`. Variable time in the scalar's zero-ness only through infinity. */
export function g1Mul(p: G1, scalar: Fr): G1 {
  if (scalar === 0n || isG1Infinity(p)) return G1_INFINITY;
  return fromNoble(toNoble(p).multiply(scalar));
}

/** `Σ scalars[i] · points[i]` for a few dozen points, as a verifier needs it. */
export function g1LinearCombination(terms: readonly (readonly [Fr, G1])[]): G1 {
  let sum: NoblePoint = Point.ZERO;
  for (const [scalar, point] of terms) {
    if (scalar === 0n || isG1Infinity(point)) continue;
    sum = sum.add(toNoble(point).multiplyUnsafe(scalar));
  }
  return fromNoble(sum);
}
