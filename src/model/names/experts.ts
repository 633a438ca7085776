import { elementCountOf, type TensorReader } from "../tensor.js";
import { besideOf, matrixIn, renamed, sliceOf, stackOf } from "./matrix-views.js";
import { sameShape } from "./pair-target.js";

/** A tensor that has no counterpart by its name yet. */
export interface Unpaired {
  readonly name: string;
  readonly label: string;
  readonly shape: readonly number[];
}

/** The same weights of all experts, one tensor each, and their order. */
interface SeparateExperts<T extends Unpaired> {
  readonly path: string;
  /** `gate_proj`, `up_proj`, `down_proj` or another word. */
  readonly word: string;
  readonly part: "weight" | "bias";
  readonly experts: readonly T[];
}

/** How one fused tensor is made of separate ones. */
export interface ExpertsMatch<F extends Unpaired, S extends Unpaired> {
  readonly fused: F;
  /** Side by side along the outputs: one list, or those of the gate and of the way up. */
  readonly groups: readonly (readonly S[])[];
  readonly isTransposed: boolean;
}

export interface ExpertsMatches<F extends Unpaired, S extends Unpaired> {
  readonly matches: readonly ExpertsMatch<F, S>[];
  readonly problems: readonly string[];
}

/** Mixtral's words. */
const WORDS: Readonly<Record<string, string>> = { w1: "gate_proj", w3: "up_proj", w2: "down_proj" };
/** Fused words and what they are made of, in order. */
const FUSED: Readonly<Record<string, readonly string[]>> = {
  gate_up_proj: ["gate_proj", "up_proj"],
  w13: ["gate_proj", "up_proj"],
};

/**
 * Finds separate experts (`experts.3.up_proj.weight`) for fused ones (`experts.up_proj`, `[experts, out, in]` or
 * `[experts, in, out]`). Square matrices are read as the others of their model; alone, their orientation is not guessed.
 */
export function matchExperts<F extends Unpaired, S extends Unpaired>(
  fused: readonly F[],
  separate: readonly S[],
): ExpertsMatches<F, S> {
  const groups = new Map(separateExperts(separate).map((each) => [`${each.path}/${each.word}/${each.part}`, each]));
  const found: { readonly match: Omit<ExpertsMatch<F, S>, "isTransposed">; readonly ways: readonly boolean[] }[] = [];
  const problems: string[] = [];
  for (const tensor of fused) {
    const named = /^(.*experts)\.(\w+?)(?:[._](weight|bias))?$/u.exec(tensor.label);
    if (named === null) continue;
    const [, path = "", word = "", part = "weight"] = named;
    const words = FUSED[word] ?? [WORDS[word] ?? word];
    const parts = words.flatMap((each) => groups.get(`${path}/${each}/${part}`) ?? []);
    if (parts.length !== words.length) continue;
    const isInterleaved = words.length > 1 && fused.some(({ label }) => label === `${path}.${word}_bias`);
    const ways = isInterleaved ? [] : waysOf(tensor.shape, parts);
    if (ways.length === 0) {
      problems.push(
        `${JSON.stringify(tensor.name)} ${JSON.stringify(tensor.shape)} does not hold the separate experts as they are stored`,
      );
    } else {
      found.push({ match: { fused: tensor, groups: parts.map(({ experts }) => experts) }, ways });
    }
  }
  const sure = new Set(found.flatMap(({ ways }) => (ways.length === 1 ? ways : [])));
  const matches = found.flatMap(({ match, ways }) => {
    const [way] = ways.length === 1 ? ways : sure;
    if (way !== undefined && (ways.length === 1 || sure.size === 1)) return [{ ...match, isTransposed: way }];
    problems.push(
      `${JSON.stringify(match.fused.name)} holds square matrices: whether they are transposed cannot be determined`,
    );
    return [];
  });
  return { matches, problems };
}

/** Complete lists of experts, from number 0 on, of one shape. */
function separateExperts<T extends Unpaired>(tensors: readonly T[]): SeparateExperts<T>[] {
  const groups = new Map<string, SeparateExperts<T> & { readonly byNumber: Map<number, T> }>();
  for (const tensor of tensors) {
    const named = /^(.*experts)\.(\d+)\.(\w+)(?:\.(weight|bias))?$/u.exec(tensor.label);
    if (named === null) continue;
    const [, path = "", number = "", word = "", part = "weight"] = named;
    const key = `${path}/${word}/${part}`;
    const group = groups.get(key) ?? {
      path,
      word: WORDS[word] ?? word,
      part: part === "bias" ? ("bias" as const) : ("weight" as const),
      experts: [],
      byNumber: new Map<number, T>(),
    };
    group.byNumber.set(Number(number), tensor);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ byNumber, ...group }) => {
    const experts = Array.from({ length: byNumber.size }, (_, i) => byNumber.get(i)).flatMap((each) => each ?? []);
    const [first] = experts;
    const isWhole = experts.length === byNumber.size && first !== undefined;
    return isWhole && experts.every(({ shape }) => sameShape(shape, first.shape)) ? [{ ...group, experts }] : [];
  });
}

/** Whether the fused tensor holds the experts as they are (false), transposed (true), or both fit. */
function waysOf(shape: readonly number[], parts: readonly SeparateExperts<Unpaired>[]): boolean[] {
  const shapes = parts.map(({ experts }) => experts[0]?.shape ?? []);
  const [first = []] = shapes;
  const [count, ...inner] = shape;
  if (parts.some(({ experts }) => experts.length !== count) || shapes.some(({ length }) => length !== inner.length))
    return [];
  const outputs = shapes.reduce((sum, [side = 0]) => sum + side, 0);
  if (inner.length === 1) return inner[0] === outputs ? [false] : [];
  if (inner.length !== 2 || shapes.some((each) => each[1] !== first[1])) return [];
  const [rows, cols] = inner;
  return [
    ...(rows === outputs && cols === first[1] ? [false] : []),
    ...(cols === outputs && rows === first[1] ? [true] : []),
  ];
}

/** The separate experts that a fused tensor holds, by their names. */
export function splitExperts<S extends Unpaired>(
  fused: TensorReader,
  { groups, isTransposed }: Omit<ExpertsMatch<Unpaired, S>, "fused">,
): TensorReader[] {
  const expertSize = elementCountOf(fused.shape.slice(1));
  const stride = fused.shape.at(-1) ?? 1;
  let output = 0;
  return groups.flatMap((experts) => {
    const first = output;
    output += experts[0]?.shape[0] ?? 0;
    return experts.map(({ name, shape }, expert) => {
      const start = expert * expertSize;
      const [rows = 1, cols = 1] = shape;
      if (shape.length === 1) return sliceOf(fused, name, shape, start + first);
      const at = isTransposed ? first : first * stride;
      return matrixIn(fused, name, { start: start + at, rows, cols, stride, isTransposed });
    });
  });
}

/** The fused tensor that separate experts make. */
export function fuseExperts(
  { fused, groups, isTransposed }: ExpertsMatch<Unpaired, Unpaired>,
  readerOf: (name: string) => TensorReader,
): TensorReader {
  const count = fused.shape[0] ?? 0;
  const experts = Array.from({ length: count }, (_, expert) => {
    const parts = groups.flatMap((group) => {
      const reader = readerOf(group[expert]?.name ?? "");
      const [rows = 1, cols = 1] = reader.shape;
      if (!isTransposed || reader.shape.length === 1) return [reader];
      return [matrixIn(reader, reader.name, { start: 0, rows: cols, cols: rows, stride: cols, isTransposed })];
    });
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return renamed(only, fused.name);
    return isTransposed ? besideOf(parts, fused.name) : stackOf(parts, fused.name, fused.shape.slice(1));
  });
  return stackOf(experts, fused.name, fused.shape);
}
