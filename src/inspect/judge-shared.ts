import type { Inspection, TensorChange } from "./inspection.js";
import { relativeOf, sumOf } from "./inspection-sums.js";
import { judgeAdapter } from "./judge-adapter.js";
import { judgeStranger } from "./judge-stranger.js";
import { otherWords, sharesLine, strengthOf, stepsLine } from "./judge-figures.js";
import { spikes } from "./judge-values.js";
import type { Verdict, VerdictKind } from "./verdict.js";
import { counted, namesOf, percent, rankWords } from "./words.js";

/** Below this drift a fine-tune is a small one. */
const SMALL = 0.1;

/** Judges the tensors that both models have, the first that fits. Matrices count: vectors are alike in unrelated models. */
export function judgeShared(inspection: Inspection): Verdict {
  const { tensors, total, others } = inspection;
  const changed = tensors.filter(({ nonzeros }) => nonzeros > 0);
  if (changed.length === 0) return judgeOthers(inspection);
  const odd = spikes(changed);
  const evidence = [
    `${changed.length} of ${tensors.length} tensors and ${total.changedWeights.toLocaleString("en-US")} of ` +
      `${total.weights.toLocaleString("en-US")} weights changed`,
    ...sharesLine(inspection),
    `the change has ${percent(total.relative)} of the base's norm; cosine ${total.cosine.toFixed(3)} where it changed`,
    ...odd.map((words) => `an outlier: ${words}`),
    ...stepsLine(changed),
    ...otherWords(others.changed),
  ];
  const say = (kind: VerdictKind, sentence: string, more: readonly string[] = []): Verdict => ({
    kind,
    sentence: odd.length === 0 ? sentence : `${sentence}; and ${counted(odd.length, "outlier")}: ${odd[0] ?? ""}`,
    evidence: [...evidence, ...more],
  });

  const rounded = changed.filter(({ kind }) => kind === "rounding");
  const rest = changed.filter(({ kind }) => kind !== "rounding");
  if (rest.length === 0) return say("rounding", `rounding only (${formatsOf(rounded)})`);
  const besides = rounded.length === 0 ? "" : `, elsewhere rounding (${formatsOf(rounded)})`;
  const stranger = judgeStranger(inspection);
  if (stranger !== undefined) return say("independent", stranger.sentence, stranger.evidence);
  if (rest.every(({ kind }) => kind === "sparse")) {
    const single = sumOf(rest, ({ nonzeros }) => nonzeros);
    return say("sparse", `sparse: ${counted(single, "single weight")} in ${counted(rest.length, "tensor")}${besides}`);
  }
  if (rest.every(({ role }) => role === "head") && rest.every(({ kind }) => kind !== "low-rank")) {
    return say("head", `frozen backbone, new head${besides}`);
  }
  const adapter = judgeAdapter(inspection, rest);
  if (adapter !== undefined) return say(adapter.kind, `${adapter.sentence}${besides}`, adapter.evidence);
  if (rest.every(({ part }) => part === "bias")) return say("bias", `only biases changed (BitFit)${besides}`);
  return judgeTraining(inspection, rest, besides, say);
}

function judgeTraining(
  { tensors }: Inspection,
  rest: readonly TensorChange[],
  besides: string,
  say: (kind: VerdictKind, sentence: string, more?: readonly string[]) => Verdict,
): Verdict {
  const frozen = tensors.filter(({ nonzeros }) => nonzeros === 0);
  const matrices = rest.filter(({ isMatrix }) => isMatrix);
  const replaced = rest.filter(({ kind }) => kind === "unrelated");
  const strangers = replaced.length === 0 ? "" : `, ${namesOf(replaced)} replaced with no trace of the base`;
  const adaptable = rest.filter(({ role, part }) => part === "weight" && /^(attention|mlp|dense)/u.test(role));
  const isBeyondAdapters = matrices.length === rest.length && adaptable.length === rest.length;
  if (isBeyondAdapters && frozen.some(({ isMatrix }) => isMatrix)) {
    const full = rest.filter(({ kind }) => kind !== "low-rank" && kind !== "sparse");
    const which = full.length === 1 ? `of ${full[0]?.name ?? ""}` : "of each";
    return say(
      "full-rank",
      `full-rank change of ${counted(full.length, "matrix", "matrices")}, not a LoRA: ${strengthOf(full)} of the norm ${which}${strangers}; the rest ${besides === "" ? "frozen" : `frozen${besides}`}`,
      full.map((tensor) => `rank ${rankWords(tensor)}, ${percent(tensor.core.relative)} of its norm: ${tensor.name}`),
    );
  }
  const measured = matrices.length === 0 ? rest : matrices;
  const relative = relativeOf(measured);
  const drift = `drift of ${percent(relative)} of the base's norm${matrices.length === 0 ? "" : " in matrices"}`;
  const spread = measured.length < 2 ? [] : [`tensor by tensor: ${strengthOf(measured)} of the base's norm`];
  if (frozen.length === 0) {
    return say("full", `full fine-tune, ${relative < SMALL ? "small " : ""}${drift}${strangers}${besides}`, spread);
  }
  const largest = [...frozen].sort((a, b) => b.weights - a.weights);
  return say(
    "partial",
    `${frozen.length} of ${tensors.length} tensors frozen (${namesOf(largest)}), the rest retrained, ${drift}${strangers}${besides}`,
    spread,
  );
}

function judgeOthers({ others }: Inspection): Verdict {
  const [first] = others.changed;
  if (first === undefined) return { kind: "identical", sentence: "identical weights", evidence: [] };
  const [words = ""] = otherWords(others.changed);
  return {
    kind: "partial",
    sentence: `only integers or strings changed: ${words}`,
    evidence: otherWords(others.changed),
  };
}

/** The formats that explain the rounding of all those tensors, or of each where no format is common. */
function formatsOf(rounded: readonly TensorChange[]): string {
  const all = rounded.flatMap(({ rounding }) => (rounding === undefined ? [] : [rounding]));
  const casts = all.filter(({ how }) => how === "cast");
  const common = casts[0]?.formats.find((format) => casts.every(({ formats }) => formats.includes(format)));
  const words = new Set<string>();
  for (const { formats, how } of all) {
    if (how === "cast") words.add(common ?? formats[0] ?? "");
    else if (how === "last-place") words.add("last places of f32");
    else words.add(formats.join(" and "));
  }
  return [...words].join(", ");
}
