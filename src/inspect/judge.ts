import type { Inspection, NamedRole, TensorChange } from "./inspection.js";

export type VerdictKind =
  | "identical"
  | "rounding"
  | "lora"
  | "lora-plus-sparse"
  | "sparse"
  | "head"
  | "bias"
  | "full-rank"
  | "partial"
  | "full"
  | "independent"
  | "other-architecture";

/** What a fine-tune looks like. An opinion from measurements: it proves nothing. */
export interface Verdict {
  readonly kind: VerdictKind;
  readonly sentence: string;
  /** What led to it. */
  readonly evidence: readonly string[];
}

/** A tensor of which so few weights changed has single weights changed; optimisers that train a tensor move nearly all. */
const SPARSE_SHARE = 0.2;
/** Adapters are of low rank: at most this, and at most a quarter of the smaller side. */
const MOST_ADAPTER_RANK = 64;
/** Networks that share no training point elsewhere: fine-tunes of the fixtures stay above 0.8, strangers are near 0. */
const STRANGER_COSINE = 0.5;

/** Says in words what became of a model. */
export function judge(inspection: Inspection): Verdict {
  const { onlyInBase, onlyInTune, tensors } = inspection;
  const fresh = [...onlyInBase, ...onlyInTune];
  if (tensors.length === 0) {
    return { kind: "other-architecture", sentence: "no tensor in common: another architecture", evidence: [] };
  }
  const verdict = judgeShared(inspection);
  if (fresh.length === 0) return verdict;
  const isHead = fresh.every(({ role }) => role === "head");
  const backbone = verdict.kind === "identical" ? "frozen backbone" : `backbone: ${verdict.sentence}`;
  return {
    kind: isHead && verdict.kind === "identical" ? "head" : isHead ? verdict.kind : "other-architecture",
    sentence: isHead ? `new head; ${backbone}` : `tensors of its own (${namesOf(fresh)}); ${backbone}`,
    evidence: [`only one of the models has ${namesOf(fresh)}`, ...verdict.evidence],
  };
}

function judgeShared(inspection: Inspection): Verdict {
  const { tensors, total } = inspection;
  const changed = tensors.filter(({ nonzeros }) => nonzeros > 0);
  const frozen = tensors.length - changed.length;
  if (changed.length === 0) {
    const { changed: integers } = inspection.others;
    if (integers.length === 0) return { kind: "identical", sentence: "identical weights", evidence: [] };
    return { kind: "partial", sentence: `only integers changed: ${integers.slice(0, 4).join(", ")}`, evidence: [] };
  }
  const evidence = [
    `${changed.length} of ${tensors.length} tensors and ${total.changedWeights.toLocaleString("en-US")} of ` +
      `${total.weights.toLocaleString("en-US")} weights changed`,
    `the change has ${percent(total.relative)} of the base's norm; cosine ${total.cosine.toFixed(3)} where it changed`,
  ];
  if (inspection.others.changed.length > 0) {
    evidence.push(`besides, integers or strings differ: ${inspection.others.changed.slice(0, 4).join(", ")}`);
  }
  const say = (kind: VerdictKind, sentence: string, more: readonly string[] = []): Verdict => ({
    kind,
    sentence,
    evidence: [...evidence, ...more],
  });

  const rounding = commonRounding(changed);
  if (rounding !== undefined) return say("rounding", `rounding only (${rounding})`);

  const classes = changed.map((tensor) => ({ tensor, ...classify(tensor) }));
  const single = classes.reduce((sum, { weights }) => sum + weights, 0);
  const ranks = classes.flatMap(({ rank }) => rank ?? []);
  if (classes.every(({ kind }) => kind === "sparse")) {
    return say("sparse", `sparse: ${single} single weights in ${changed.length} tensors`);
  }
  if (classes.every(({ kind }) => kind !== "dense")) {
    const rank = Math.max(...ranks);
    const merged = `LoRA of rank ${rank}${single > 0 ? ` plus ${single} single weights` : ""} ${mergedWords(inspection, changed)}`;
    const of = classes
      .filter(({ kind }) => kind === "low-rank")
      .map(({ tensor: { name }, rank: r }) => `rank ${r ?? 0}: ${name}`);
    return say(single > 0 ? "lora-plus-sparse" : "lora", `looks like ${merged}`, of);
  }
  if (changed.every(({ role }) => role === "head")) return say("head", "frozen backbone, new head");
  if (changed.every(({ part }) => part === "bias")) return say("bias", "only biases changed (BitFit)");
  if (total.cosine < STRANGER_COSINE) {
    const kept =
      frozen === 0
        ? "no class fits"
        : `but ${frozen} frozen ${frozen === 1 ? "tensor" : "tensors"}: ${frozenNames(tensors)}`;
    return say("independent", `independent model: ${kept}`);
  }
  const adaptable = changed.filter(({ role, part }) => part === "weight" && /^(attention|mlp)/u.test(role));
  if (frozen > 0 && adaptable.length === changed.length) {
    const full = classes
      .filter(({ kind }) => kind === "dense")
      .map(({ tensor }) => `rank ${rankWords(tensor)}: ${tensor.name}`);
    return say(
      "full-rank",
      `full-rank change of ${full.length} ${full.length === 1 ? "matrix" : "matrices"}, not a LoRA; the rest frozen`,
      full,
    );
  }
  const drift = `drift of ${percent(total.relative)} of the base's norm`;
  if (frozen === 0) return say("full", `full fine-tune, ${total.relative < 0.1 ? "small " : ""}${drift}`);
  return say(
    "partial",
    `${frozen} of ${tensors.length} tensors frozen (${frozenNames(tensors)}), the rest retrained, ${drift}`,
  );
}

interface TensorClass {
  readonly kind: "sparse" | "low-rank" | "dense";
  /** Single weights that changed. */
  readonly weights: number;
  readonly rank?: number;
}

function classify({ nonzeros, weights, matrix }: TensorChange): TensorClass {
  const isFew = nonzeros <= SPARSE_SHARE * weights;
  if (isFew) return { kind: "sparse", weights: nonzeros };
  if (matrix === undefined) return { kind: "dense", weights: 0 };
  const limit = Math.min(MOST_ADAPTER_RANK, Math.floor(Math.min(matrix.rows, matrix.cols) / 4));
  const { withSingleWeights } = matrix;
  if (withSingleWeights !== undefined && withSingleWeights.rank <= limit) {
    return { kind: "low-rank", weights: withSingleWeights.weights, rank: withSingleWeights.rank };
  }
  return matrix.rank <= limit ? { kind: "low-rank", weights: 0, rank: matrix.rank } : { kind: "dense", weights: 0 };
}

/** A format whose rounding explains the change of every tensor. */
function commonRounding(changed: readonly TensorChange[]): string | undefined {
  const [first, ...rest] = changed;
  return first?.roundings.find((format) => rest.every(({ roundings }) => roundings.includes(format)));
}

function mergedWords({ tunedFormat }: Inspection, changed: readonly TensorChange[]): string {
  if (tunedFormat === "peft-lora") return "not merged";
  const dtypes = [...new Set(changed.map(({ dtype }) => dtype.toLowerCase()))];
  return `merged in ${dtypes.map((dtype) => dtype.replace(/^float(\d+)$/u, "f$1").replace(/^float$/u, "f32")).join(", ")}`;
}

/** The rank that a change has, as words: `128`, or `over 256`. */
export function rankWords({ matrix }: TensorChange): string {
  if (matrix === undefined) return "";
  return !matrix.isComplete && matrix.rank === matrix.spectrum.length ? `over ${matrix.rank}` : String(matrix.rank);
}

export function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${Number((100 * ratio).toPrecision(2))} %` : "∞";
}

function frozenNames(tensors: readonly TensorChange[]): string {
  const frozen = tensors.filter(({ nonzeros }) => nonzeros === 0);
  return namesOf([...frozen].sort((a, b) => b.weights - a.weights));
}

function namesOf(tensors: readonly Pick<NamedRole, "name">[], limit = 4): string {
  const shown = tensors.slice(0, limit).map(({ name }) => name);
  return `${shown.join(", ")}${tensors.length > limit ? ` and ${tensors.length - limit} more` : ""}`;
}
