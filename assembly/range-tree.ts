/**
 * The fraction tree of PROTOCOL 7.2, a slot at a time: child `c` of node `j` is element `4j + c` of packed vectors
 * `p` and `q`. A node is `(a d + c b) / (b d)` with `a/b = p0/q0 + p1/q1` and `c/d = p2/q2 + p3/q3`.
 */
import * as fr from "./generated/fr";
import { mulAdd } from "./sumcheck-sums";

const P = memory.data(4 * 256, 64);
const Q = memory.data(4 * 256, 64);
const A = memory.data(256, 64);
const B = memory.data(256, 64);
const C = memory.data(256, 64);
const D = memory.data(256, 64);
const STEP: usize = 256;

/** Level 1 of a slot of lookups: leaves `1 / (alpha + e)`; `nodes` is the number of nodes, even or one. */
export function rangeSumLookups(outP: usize, outQ: usize, ints: usize, nodes: i32, alpha: usize): void {
  const shift = P;
  fr.splat(shift, alpha);
  for (let j = 0; j < nodes; j += 2) {
    const k = j + 1 < nodes ? j + 1 : j;
    for (let c = 0; c < 4; c++) {
      const r = Q + <usize>c * STEP;
      fr.fromInts(r, load<i32>(ints + (((j << 2) + c) << 2)), load<i32>(ints + (((k << 2) + c) << 2)));
      fr.add(r, r, shift);
    }
    fr.mul(B, Q, Q + STEP);
    fr.mul(D, Q + 2 * STEP, Q + 3 * STEP);
    fr.add(A, Q, Q + STEP);
    fr.carry(A, A);
    fr.add(C, Q + 2 * STEP, Q + 3 * STEP);
    fr.carry(C, C);
    mulAdd(A, A, D, C, B);
    fr.mul(B, B, D);
    fr.store(outP + 32 * <usize>j, outP + 32 * <usize>k, A);
    fr.store(outQ + 32 * <usize>j, outQ + 32 * <usize>k, B);
  }
}

/** The level above `p`, `q`; `out` may be the inputs. */
export function rangeSumNodes(outP: usize, outQ: usize, p: usize, q: usize, nodes: i32): void {
  for (let j = 0; j < nodes; j += 2) {
    const k = j + 1 < nodes ? j + 1 : j;
    const jAt = 128 * <usize>j;
    const kAt = 128 * <usize>k;
    for (let c: usize = 0; c < 4; c++) {
      fr.load(P + c * STEP, p + jAt + 32 * c, p + kAt + 32 * c);
      fr.load(Q + c * STEP, q + jAt + 32 * c, q + kAt + 32 * c);
    }
    mulAdd(A, P, Q + STEP, P + STEP, Q);
    fr.mul(B, Q, Q + STEP);
    mulAdd(C, P + 2 * STEP, Q + 3 * STEP, P + 3 * STEP, Q + 2 * STEP);
    fr.mul(D, Q + 2 * STEP, Q + 3 * STEP);
    mulAdd(A, A, D, C, B);
    fr.mul(B, B, D);
    fr.store(outP + 32 * <usize>j, outP + 32 * <usize>k, A);
    fr.store(outQ + 32 * <usize>j, outQ + 32 * <usize>k, B);
  }
}

/** Leaves of the table: `-(m) / (alpha + x - count/2)`; `low`, `high`: `m = low + 2^30 high`, `m >= 0`. */
export function rangeTableLeaves(outP: usize, outQ: usize, low: usize, high: usize, count: i32, alpha: usize): void {
  fr.fromInts(C, 1 << 30, 1 << 30);
  fr.splat(D, alpha);
  for (let i = 0; i < count; i += 2) {
    const at = (<usize>i) << 2;
    fr.fromInts(A, -load<i32>(low + at), -load<i32>(low + at + 4));
    fr.fromInts(B, -load<i32>(high + at), -load<i32>(high + at + 4));
    fr.mul(B, B, C);
    fr.add(A, A, B);
    fr.store(outP + 32 * <usize>i, outP + 32 * <usize>i + 32, A);
    fr.fromInts(A, i - (count >> 1), i + 1 - (count >> 1));
    fr.add(A, A, D);
    fr.store(outQ + 32 * <usize>i, outQ + 32 * <usize>i + 32, A);
  }
}

/** `p3 += lambda·q3` in every node. */
export function rangeFoldLambda(p: usize, q: usize, nodes: i32, lambda: usize): void {
  fr.splat(C, lambda);
  for (let j = 0; j < nodes; j += 2) {
    const a = 128 * <usize>j + 96;
    const b = j + 1 < nodes ? a + 128 : a;
    fr.load(A, p + a, p + b);
    fr.load(B, q + a, q + b);
    fr.mul(B, B, C);
    fr.add(A, A, B);
    fr.store(p + a, p + b, A);
  }
}
