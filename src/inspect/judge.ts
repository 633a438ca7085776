import type { Inspection, LoneTensor } from "./inspection.js";
import { sumOf } from "./inspection-sums.js";
import { judgeShared } from "./judge-shared.js";
import { brokenValues, maskLines } from "./judge-values.js";
import type { Verdict } from "./verdict.js";
import { namesOf } from "./words.js";

/** With more than this share of the body's weights in tensors of its own, a model is another architecture. */
const OWN_SHARE = 0.25;

/** Says in words what became of a model. */
export function judge(inspection: Inspection): Verdict {
  const { tensors, others } = inspection;
  if (tensors.length + others.count === 0) {
    return { kind: "other-architecture", sentence: "no tensor in common: another architecture", evidence: [] };
  }
  const { kind, sentence, evidence } = judgeLone(inspection, judgeShared(inspection));
  const broken = brokenValues(inspection);
  const masks = maskLines(inspection);
  if (broken.length === 0) return { kind, sentence, evidence: [...evidence, ...masks] };
  return {
    kind: "broken",
    sentence: `broken, and cannot be certified: ${broken[0] ?? ""}${broken.length > 1 ? ` and ${broken.length - 1} more` : ""}`,
    evidence: [...broken, `besides: ${sentence}`, ...evidence, ...masks],
  };
}

/** Adds what only one of the models has to the verdict on the others. */
function judgeLone(inspection: Inspection, verdict: Verdict): Verdict {
  const { onlyInBase, onlyInTune } = inspection;
  const lone = [...onlyInBase, ...onlyInTune];
  if (lone.length === 0) return verdict;
  const isSame = verdict.kind === "identical";
  const evidence = [...loneWords(inspection), ...verdict.evidence];
  if (lone.every(({ role }) => role === "head")) {
    const backbone = isSame ? "frozen backbone" : `backbone: ${verdict.sentence}`;
    return { kind: isSame ? "head" : verdict.kind, sentence: `new head; ${backbone}`, evidence };
  }
  if (isOtherBody(inspection)) {
    const backbone = isSame ? "frozen backbone" : `backbone: ${verdict.sentence}`;
    return { kind: "other-architecture", sentence: `tensors of its own (${namesOf(lone)}); ${backbone}`, evidence };
  }
  return {
    kind: isSame ? "partial" : verdict.kind,
    sentence: [isSame ? "the tensors of both are identical" : verdict.sentence, ...loneWords(inspection)].join("; "),
    evidence: verdict.evidence,
  };
}

/** Vocabularies and heads come and go with a task, and integers are no weights; buffers are small. */
function isOtherBody({ tensors, onlyInBase, onlyInTune }: Inspection): boolean {
  const isBody = ({ role }: Pick<LoneTensor, "role">): boolean => role !== "head" && !role.startsWith("embedding");
  const own = (lone: readonly LoneTensor[]): number =>
    sumOf(
      lone.filter((tensor) => tensor.kind === "float" && isBody(tensor)),
      ({ weights }) => weights,
    );
  const most = Math.max(own(onlyInBase), own(onlyInTune));
  const shared = sumOf(tensors.filter(isBody), ({ weights }) => weights);
  return most > OWN_SHARE * (most + shared);
}

/** Which tensors only one of the models has, or both in another shape or kind. */
function loneWords({ onlyInBase, onlyInTune }: Inspection): string[] {
  const after = new Map(onlyInTune.map((tensor) => [tensor.name, tensor]));
  const before = new Set(onlyInBase.map(({ name }) => name));
  const reshaped = onlyInBase.flatMap((tensor) => {
    const other = after.get(tensor.name);
    return other === undefined ? [] : [{ name: `${tensor.name} (${formOf(tensor)}, then ${formOf(other)})` }];
  });
  const removed = onlyInBase.filter(({ name }) => !after.has(name));
  const added = onlyInTune.filter(({ name }) => !before.has(name));
  return [
    ...(reshaped.length === 0 ? [] : [`of another shape or type: ${namesOf(reshaped)}`]),
    ...(removed.length === 0 ? [] : [`only the base has ${namesOf(removed)}`]),
    ...(added.length === 0 ? [] : [`only the fine-tune has ${namesOf(added)}`]),
  ];
}

function formOf({ shape, dtype }: LoneTensor): string {
  return `${dtype} [${shape.join(", ")}]`;
}
