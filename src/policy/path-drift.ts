import { recognizeArchitecture } from "../model/architecture/recognize.js";
import type { Architecture } from "../model/architecture/role.js";
import { assertPolicyFitsManifest } from "./policy-manifest.js";
import type { Policy } from "./rule.js";
import { elementCountOf } from "../model/tensor.js";
import { matrixView, type GridTensor, type PackedTensor } from "../quantize/layout.js";
import type { Manifest } from "../quantize/manifest.js";
import { tileContents } from "../quantize/tile-contents.js";
import { allowancesOf, normOf, type Allowance } from "./allowed-drift.js";
import type { BaseNorms } from "./base-norms.js";

/** How far some tensors may be from the base's together. */
export interface DriftBound {
  readonly weights: number;
  /** Largest L2 norm of the change apart from its low-rank part and its sparse entries, in the weights' own unit. */
  readonly norm: number;
  /** The same as a part of the base's norm of these tensors: 0.05 is 5 %. `undefined` if the base's norms are not known. */
  readonly relative: number | undefined;
  /** How many single weights may differ by any amount. */
  readonly sparse: bigint;
  /** Largest rank, in any one matrix, of a part of any size. */
  readonly rank: number;
  /**
   * Rounding hides a change of at most this norm on top: half a step a weight in the base, half a step in the fine-tune.
   */
  readonly unseen: number;
  /** `unseen` as a part of the base's norm; 0 where the base has zeros alone, of which nothing is a part. */
  readonly unseenRelative: number | undefined;
}

/** How far a tensor may be from the base's. */
export interface TensorDrift extends DriftBound {
  readonly name: string;
  /** What it is part of: `attention`, `mlp`, `head`, … */
  readonly part: string;
  /** No certificate lets it change. */
  readonly isFrozen: boolean;
  /** Any of its weights may change by any amount: `norm` means nothing. */
  readonly isFree: boolean;
}

/** A part of the network. */
export interface PartDrift {
  readonly part: string;
  readonly isFrozen: boolean;
  /** All of its tensors are free. */
  readonly isFree: boolean;
  /** Of the tensors that are not free. */
  readonly change: DriftBound;
  /** Names of those that are. */
  readonly freeTensors: readonly string[];
}

/** How far a model may be from a base, over the policies of all certificates between them. */
export interface PathDrift {
  /** In the manifest's order; those that hold weights. */
  readonly tensors: readonly TensorDrift[];
  /** In the order in which the manifest has them. */
  readonly parts: readonly PartDrift[];
  /** Of all tensors that are not free. */
  readonly whole: DriftBound;
}

type Placed = GridTensor | PackedTensor;

/**
 * Adds up what policies allow one after the other: norms of the rest add (triangle inequality), sparse entries add, ranks
 * of a matrix add. A rule's budget counts whole in every tensor that it touches, as nothing says how it is spread; the
 * rules of one policy share no tile, so that in a set of tensors their budgets add in squares.
 *
 * Throws `InputError` for a policy that does not fit the manifest.
 */
export function pathDrift(
  policies: readonly Policy[],
  manifest: Manifest,
  norms?: BaseNorms,
  architecture: Architecture = recognizeArchitecture(manifest.tensors),
): PathDrift {
  for (const policy of policies) assertPolicyFitsManifest(policy, manifest);
  const contents = tileContents(manifest);
  const steps = policies.map((policy) => allowancesOf(policy, contents, manifest.t));
  const touched = steps.map((allowances) => rulesByTensor(allowances, contents));
  const placed = manifest.tensors.flatMap((tensor) =>
    tensor.kind === "grid" || tensor.kind === "packed" ? [tensor] : [],
  );
  const change = (tensors: readonly Placed[]): DriftBound => changeOf(tensors, touched, norms);
  const tensors = placed.map((tensor): TensorDrift => {
    const rules = touched.flatMap((byTensor) => [...(byTensor.get(tensor.name) ?? [])]);
    const own = change([tensor]);
    return {
      ...own,
      name: tensor.name,
      part: architecture.roleOf(tensor.name).role.split(".")[0] ?? "other",
      isFrozen: rules.length === 0,
      isFree: rules.some(({ isFree }) => isFree) || own.rank >= fullRank(tensor),
    };
  });
  const free = new Set(tensors.flatMap(({ name, isFree }) => (isFree ? [name] : [])));
  const bounded = (names: ReadonlySet<string>): Placed[] =>
    placed.filter(({ name }) => names.has(name) && !free.has(name));
  const parts = [...new Set(tensors.map(({ part }) => part))].map((part): PartDrift => {
    const members = tensors.filter((each) => each.part === part);
    return {
      part,
      isFrozen: members.every(({ isFrozen }) => isFrozen),
      isFree: members.every(({ isFree }) => isFree),
      change: change(bounded(new Set(members.map(({ name }) => name)))),
      freeTensors: members.flatMap(({ name, isFree }) => (isFree ? [name] : [])),
    };
  });
  return { tensors, parts, whole: change(bounded(new Set(placed.map(({ name }) => name)))) };
}

function rulesByTensor(
  allowances: readonly Allowance[],
  contents: ReturnType<typeof tileContents>,
): ReadonlyMap<string, ReadonlySet<Allowance>> {
  const byTensor = new Map<string, Set<Allowance>>();
  for (const allowance of allowances) {
    for (const { firstTile, tileCount } of allowance.spans) {
      for (const { tensors } of contents.slice(firstTile, firstTile + tileCount)) {
        for (const name of tensors) byTensor.set(name, (byTensor.get(name) ?? new Set()).add(allowance));
      }
    }
  }
  return byTensor;
}

function changeOf(
  tensors: readonly Placed[],
  steps: readonly ReadonlyMap<string, ReadonlySet<Allowance>>[],
  norms: BaseNorms | undefined,
): DriftBound {
  const weights = tensors.reduce((sum, { shape }) => sum + elementCountOf(shape), 0);
  let norm = 0;
  let sparse = 0n;
  const ranks = new Map<string, number>();
  for (const byTensor of steps) {
    // Of each rule, how much its range alone lets the tensors change: its budget may be larger than that.
    const reach = new Map<Allowance, number>();
    for (const { name, shape } of tensors) {
      for (const rule of byTensor.get(name) ?? []) {
        reach.set(rule, (reach.get(rule) ?? 0) + elementCountOf(shape) * rule.largest ** 2);
        if (rule.rank > 0) ranks.set(name, (ranks.get(name) ?? 0) + rule.rank);
      }
    }
    let square = 0;
    for (const [rule, most] of reach) {
      square += Math.min(normOf(rule) ** 2, most);
      if (!rule.isFree) sparse += rule.sparse;
    }
    norm += Math.sqrt(square);
  }
  const all = BigInt(weights);
  const unseen = Math.sqrt(
    tensors.reduce((sum, { shape, fractionBits }) => sum + elementCountOf(shape) * 4 ** -fractionBits, 0),
  );
  const base = norms && Math.hypot(...tensors.map(({ name }) => norms.get(name) ?? 0));
  return {
    weights,
    norm,
    relative: base === undefined ? undefined : ratio(norm, base),
    sparse: sparse < all ? sparse : all,
    rank: Math.max(0, ...ranks.values()),
    unseen,
    unseenRelative: base === undefined || base === 0 ? base : unseen / base,
  };
}

function ratio(norm: number, base: number): number {
  return norm === 0 ? 0 : norm / base;
}

/** The rank that no change of a tensor exceeds. */
function fullRank(tensor: Placed): number {
  return tensor.kind === "grid" ? Math.min(...matrixView(tensor.shape, tensor.rowAxes)) : Infinity;
}
