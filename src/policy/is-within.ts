import type { Policy } from "./rule.js";
import type { Manifest } from "../quantize/manifest.js";
import { tileContents } from "../quantize/tile-contents.js";
import { allowancesOf, type Allowance } from "./allowed-drift.js";

/** Bits that a root is computed with beyond the finest unit: rounding up costs less than 2^-40 of a step. */
const ROOT_BITS = 40;

interface Total {
  rank: number;
  sparse: bigint;
  /** Of the policy at hand, squared. */
  square: bigint;
  norm: bigint;
  /** The square where only one policy has a norm: the rounding of its root would make a policy exceed itself. */
  onlySquare: bigint | undefined;
}

/**
 * Whether what policies allow one after the other is what `target` allows: the registry's `isWithinBy`, computed here, so
 * that the target need not be registered and nobody's word is needed. Exact, roots rounded up: true only if it is so, false
 * also where it is only not shown. Besides what the registry does, a rule of `target` that frees all of its weights
 * admits everything. All policies must fit the manifest.
 */
export function isWithin(policies: readonly Policy[], target: Policy, manifest: Manifest): boolean {
  const contents = tileContents(manifest);
  const allowed = allowancesOf(target, contents, manifest.t);
  const steps = policies.map((policy) => allowancesOf(policy, contents, manifest.t));
  const owner = new Map<number, Allowance>();
  for (const rule of allowed) for (const tile of tilesIn(rule)) owner.set(tile, rule);
  const unit = Math.max(...[...allowed, ...steps.flat()].map(({ bits }) => bits)) + ROOT_BITS;
  const squareOf = ({ square, bits }: Allowance): bigint => square << BigInt(2 * (unit - bits));
  const totals = new Map<Allowance, Total>(
    allowed.map((rule) => [rule, { rank: 0, sparse: 0n, square: 0n, norm: 0n, onlySquare: undefined }]),
  );
  for (const allowances of steps) {
    for (const rule of allowances) {
      const reached = new Set<Allowance>();
      for (const tile of tilesIn(rule)) {
        const over = owner.get(tile);
        if (over === undefined) return false;
        if (!over.isFree) reached.add(over);
      }
      for (const over of reached) {
        const total = totals.get(over);
        if (total === undefined) continue;
        if (rule.rank > 0 && rule.matrix !== over.matrix) return false;
        total.rank += rule.rank;
        total.sparse += rule.sparse;
        total.square += squareOf(rule);
      }
    }
    for (const total of totals.values()) takeRoot(total);
  }
  return [...totals].every(
    ([rule, { rank, sparse, norm, onlySquare }]) =>
      rule.isFree || (rank <= rule.rank && sparse <= rule.sparse && (onlySquare ?? norm * norm) <= squareOf(rule)),
  );
}

function takeRoot(total: Total): void {
  if (total.square === 0n) return;
  total.onlySquare = total.norm === 0n ? total.square : undefined;
  total.norm += rootUp(total.square);
  total.square = 0n;
}

function* tilesIn({ spans }: Allowance): Generator<number> {
  for (const { firstTile, tileCount } of spans) for (let i = 0; i < tileCount; i++) yield firstTile + i;
}

/** `⌈√value⌉`, by Newton's method from above. */
function rootUp(value: bigint): bigint {
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root * root === value ? root : root + 1n;
    root = next;
  }
}
