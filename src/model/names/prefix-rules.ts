import { elementCountOf } from "../tensor.js";
import type { Labeled } from "./canonical-name.js";
import { sameShape } from "./pair-target.js";

/** A tensor with the label that it is compared by. */
export interface LabeledShape extends Labeled {
  readonly shape: readonly number[];
}

/** Where a fine-tune's names start with `from`, the base's start with `to`. Both end with a dot or are empty. */
export interface PrefixRule {
  readonly from: string;
  readonly to: string;
  /** How many tensors it pairs. */
  readonly count: number;
}

export interface PrefixRules {
  readonly rules: readonly PrefixRule[];
  /** The base's tensor for the fine-tune's, by their names; those that the rules do not reach are missing. */
  readonly pairs: ReadonlyMap<string, string>;
  /** Why no rule could be chosen, if two fit as well. */
  readonly problem: string | undefined;
}

/** A prefix has at most so many parts. */
const MAX_PARTS = 3;
/** Rules must make that share of the names, or of the weights, of one side agree. */
const NEARLY_ALL = 0.9;
/** A second rule that explains that share of what the best one explains makes it a guess. */
const RIVAL = 0.5;
/** Roots under which architectures keep the same network: one may stand for another. */
const ROOTS = new Set(
  "module model base_model transformer bert roberta distilbert electra gpt_neox vit backbone language_model text_model".split(
    " ",
  ),
);

interface Candidate {
  readonly from: string;
  readonly to: string;
  /** Weights that it pairs, and one for each tensor. */
  score: number;
  readonly pairs: Map<LabeledShape, LabeledShape>;
}

/**
 * Pairs tensors by their labels, and those left by prefixes: the rule that pairs most weights of one shape first. Rules count
 * only if they make nearly all names of either side agree; otherwise the pairs are those of equal labels.
 */
export function pairByPrefix(base: readonly LabeledShape[], tuned: readonly LabeledShape[]): PrefixRules {
  const pairs = new Map<string, string>();
  const ofBase = new Map(base.map((tensor) => [tensor.label, tensor]));
  const known = tuned.filter(({ label }) => ofBase.has(label));
  let agreeing = 0;
  for (const tensor of known) {
    const other = ofBase.get(tensor.label);
    if (other === undefined) continue;
    pairs.set(tensor.name, other.name);
    if (sameShape(tensor.shape, other.shape)) agreeing += scoreOf(tensor);
  }
  const equal = new Map(pairs);
  const taken = new Set(known.map(({ label }) => label));
  let ours = tuned.filter(({ label }) => !taken.has(label));
  let theirs = base.filter(({ label }) => !taken.has(label));
  const rules: PrefixRule[] = [];
  let problem: string | undefined;
  while (ours.length > 0 && theirs.length > 0) {
    const candidates = candidatesOf(theirs, ours);
    const [best] = candidates;
    // One tensor alone, and nothing else that agrees, is no rule.
    if (best === undefined || pairs.size + best.pairs.size < 2 || !reachesMost(best, theirs, ours)) break;
    const rival = candidates.find((other) => other.score >= RIVAL * best.score && contradicts(other, best));
    if (rival !== undefined) {
      problem = `either ${ruleWords(best)}, or ${ruleWords(rival)}: names and shapes fit both ways`;
      break;
    }
    agreeing += best.score;
    const byLabel = new Map(theirs.map((tensor) => [tensor.label, tensor]));
    const found = new Map<LabeledShape, LabeledShape>();
    for (const tensor of ours) {
      if (!tensor.label.startsWith(best.from)) continue;
      const other = byLabel.get(best.to + tensor.label.slice(best.from.length));
      // Also one of another shape: it is the same tensor, resized.
      if (other !== undefined) found.set(tensor, other);
    }
    for (const [tensor, other] of found) pairs.set(tensor.name, other.name);
    rules.push({ from: best.from, to: best.to, count: found.size });
    const used = new Set(found.values());
    ours = ours.filter((tensor) => !found.has(tensor));
    theirs = theirs.filter((tensor) => !used.has(tensor));
  }
  const total = (tensors: readonly LabeledShape[]): number => tensors.reduce((sum, each) => sum + scoreOf(each), 0);
  const isNearlyAll =
    pairs.size >= NEARLY_ALL * Math.min(base.length, tuned.length) ||
    agreeing >= NEARLY_ALL * Math.min(total(base), total(tuned));
  return isNearlyAll ? { rules, pairs, problem } : { rules: [], pairs: equal, problem };
}

/** The name that a tensor without a counterpart would have in the base. */
export function renameBy(rules: readonly PrefixRule[], label: string): string {
  const rule = rules.find(({ from }) => label.startsWith(from));
  return rule === undefined ? label : rule.to + label.slice(rule.from.length);
}

/** A rule in words. */
function ruleWords({ from, to }: Pick<PrefixRule, "from" | "to">): string {
  if (to === "") return `its names start with "${from}" and the base's do not`;
  if (from === "") return `the base's names start with "${to}" and its do not`;
  return `its names start with "${from}" and the base's with "${to}"`;
}

function scoreOf({ shape }: LabeledShape): number {
  return 1 + elementCountOf(shape);
}

/** Every prefix rule that pairs tensors of one shape, the one that pairs most first. */
function candidatesOf(base: readonly LabeledShape[], tuned: readonly LabeledShape[]): Candidate[] {
  const index = new Map<string, { readonly prefix: string; readonly tensor: LabeledShape }[]>();
  for (const tensor of base) {
    for (const [prefix, rest] of splits(tensor.label)) {
      const entries = index.get(rest) ?? [];
      entries.push({ prefix, tensor });
      index.set(rest, entries);
    }
  }
  const candidates = new Map<string, Candidate>();
  for (const tensor of tuned) {
    for (const [from, rest] of splits(tensor.label)) {
      for (const { prefix: to, tensor: other } of index.get(rest) ?? []) {
        if (!sameShape(tensor.shape, other.shape) || !isRelated(from, to)) continue;
        const key = `${from}\n${to}`;
        const candidate = candidates.get(key) ?? { from, to, score: 0, pairs: new Map() };
        candidate.score += scoreOf(tensor);
        candidate.pairs.set(tensor, other);
        candidates.set(key, candidate);
      }
    }
  }
  return [...candidates.values()].sort(
    (a, b) => b.score - a.score || a.from.length + a.to.length - b.from.length - b.to.length,
  );
}

/** A label without its first parts, none to three of them. A number starts no network: layers are no prefixes. */
function* splits(label: string): Generator<readonly [prefix: string, rest: string]> {
  yield ["", label];
  let at = 0;
  for (let parts = 0; parts < MAX_PARTS; parts++) {
    const end = label.indexOf(".", at);
    if (end < 0 || /^\d+$/u.test(label.slice(at, end))) return;
    at = end + 1;
    yield [label.slice(0, at), label.slice(at)];
  }
}

/** A prefix comes or goes, its parts change places, or one known root stands for another. */
function isRelated(from: string, to: string): boolean {
  if (from === "" || to === "") return true;
  const [a, b] = [from, to].map((prefix) => prefix.slice(0, -1).split("."));
  if (a === undefined || b === undefined) return false;
  // What ends alike is the rule of the part before it.
  if (a.at(-1) === b.at(-1)) return false;
  return [...a, ...b].every((part) => ROOTS.has(part)) || [...a].sort().join() === [...b].sort().join();
}

/** Whether nearly all of the names that start as the rule says, on either side, are paired by it. */
function reachesMost(
  { from, to, pairs }: Candidate,
  base: readonly LabeledShape[],
  tuned: readonly LabeledShape[],
): boolean {
  const count = (tensors: readonly LabeledShape[], prefix: string): number =>
    tensors.filter(({ label }) => label.startsWith(prefix)).length;
  return pairs.size >= NEARLY_ALL * Math.min(count(base, to), count(tuned, from));
}

/** Whether two rules pair one tensor differently. */
function contradicts(a: Candidate, b: Candidate): boolean {
  const back = new Map([...b.pairs].map(([tensor, other]) => [other, tensor]));
  return [...a.pairs].some(([tensor, other]) => {
    const [there, here] = [b.pairs.get(tensor), back.get(other)];
    return (there !== undefined && there !== other) || (here !== undefined && here !== tensor);
  });
}
