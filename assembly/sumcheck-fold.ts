/** Tables of eq weights, and binding the lowest variable of packed vectors. */
import * as fr from "./generated/fr";
import { alloc, mark, release } from "./memory";

const A = memory.data(256, 64);
const B = memory.data(256, 64);
const C = memory.data(256, 64);
const D = memory.data(256, 64);

/** `eq(point, x)` for all x of the cube, least significant variable first. `point`: `count` packed coordinates. */
export function frEqTable(out: usize, point: usize, count: i32): void {
  fr.setOne(A);
  fr.store(out, out, A);
  for (let j = count - 1; j >= 0; j--) {
    fr.splat(C, point + 32 * <usize>j);
    const size = 1 << (count - 1 - j);
    // From the last entry down: entry i becomes entries 2i and 2i + 1.
    for (let i = size - 1; i >= 0; i--) {
      fr.splat(A, out + 32 * <usize>i);
      fr.mul(B, A, C);
      fr.sub(A, A, B);
      fr.store(out + 64 * <usize>i, out + 64 * <usize>i, A);
      fr.store(out + 64 * <usize>i + 32, out + 64 * <usize>i + 32, B);
    }
  }
}

/**
 * Binds the lowest node variable in place, `stride` elements a node: element `e` of node `j` becomes
 * `v[2j] + challenge·(v[2j+1] - v[2j])`. `nodes` are those that result.
 */
export function frFoldNodes(v: usize, nodes: i32, stride: i32, challenge: usize): void {
  fr.splat(C, challenge);
  const step: usize = 32 * <usize>stride;
  for (let j = 0; j < nodes; j++) {
    const from = v + 2 * step * <usize>j;
    const to = v + step * <usize>j;
    for (let e: usize = 0; e < step; e += 64) {
      // An odd last element goes through both lanes.
      const other: usize = e + 32 < step ? e + 32 : e;
      fr.load(A, from + e, from + other);
      fr.load(B, from + step + e, from + step + other);
      fr.sub(D, B, A);
      fr.mul(D, D, C);
      fr.add(D, D, A);
      fr.store(to + e, to + other, D);
    }
  }
}

/** Every element times the radix, as `accMulInt` needs its field factor; `out` may be `v`. */
export function frToRadixVector(out: usize, v: usize, count: i32): void {
  const m = mark();
  const r = alloc(256);
  for (let i = 0; i < count; i += 2) {
    const a: usize = 32 * <usize>i;
    const b: usize = i + 1 < count ? a + 32 : a;
    fr.load(r, v + a, v + b);
    fr.toRadix(r, r);
    fr.store(out + a, out + b, r);
  }
  release(m);
}

const CHALLENGE = memory.data(256, 64);

/** Sets the challenge of the next calls of `foldPair`, unless it is 0. */
export function setChallenge(challenge: usize): void {
  if (challenge != 0) fr.splat(CHALLENGE, challenge);
}

/**
 * `r = low + challenge·(high - low)`, lane 0 from elements `i` and `i + distance`, lane 1 from `j` and `j + distance`:
 * addresses and bytes. `r` may be stored by `storeProduct`.
 */
export function foldPair(r: usize, i: usize, j: usize, distance: usize): void {
  fr.load(r, i, j);
  fr.load(D, i + distance, j + distance);
  fr.sub(D, D, r);
  fr.mul(D, D, CHALLENGE);
  fr.add(r, r, D);
  fr.carry(r, r);
}
