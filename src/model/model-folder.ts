import { InputError } from "../errors/errors.js";
import { ADAPTER_CONFIG } from "./formats/lora-module.js";

/** What a folder holds, and which files of weights in it are left aside. */
export interface FolderContent {
  readonly model:
    | { readonly kind: "adapter" }
    /** One file, which may list others. */
    | { readonly kind: "file"; readonly name: string }
    /** A complete set of shards that no index lists, in order. */
    | { readonly kind: "shards"; readonly names: readonly string[] }
    /** Nothing but weights of a format that is not read. */
    | { readonly kind: "foreign"; readonly name: string };
  /** Other files that may hold weights; those that the model itself turns out to read are still among them. */
  readonly otherWeights: readonly string[];
}

export const KNOWN_FORMATS =
  "safetensors (*.safetensors, *.safetensors.index.json), TensorFlow.js (model.json, weights manifest) and ONNX (*.onnx)";

const SHARD = /^(?<set>.*?)[-_](?<index>\d+)-of-(?<count>\d+)\.safetensors$/u;
const ADAPTER_WEIGHTS = /^adapter_model(\.safetensors|[-_]\d+-of-\d+\.safetensors|\.safetensors\.index\.json)$/u;
const FOREIGN_WEIGHTS =
  /\.(bin|pt|pth|pt2|ckpt|pkl|pickle|gguf|ggml|h5|hdf5|keras|msgpack|npz|npy|tflite|pb|mlmodel|mar|nemo|zip|tar)$/iu;
/** What training leaves beside the weights of a model. */
const NO_WEIGHTS =
  /^(training_args|optimizer|scheduler|scaler|rng_state|random_states|tokenizer|vocab|events)\b|_states\b/iu;

/**
 * Decides what in a folder is the model. Throws `InputError` if nothing is, if more than one thing could be, naming
 * them, and for shards of which some are missing.
 */
export function contentOfFolder(folder: string, names: readonly string[]): FolderContent {
  const sorted = [...names].sort();
  const hasAdapter = names.includes(ADAPTER_CONFIG);
  const isOfAdapter = (name: string): boolean => hasAdapter && ADAPTER_WEIGHTS.test(name);
  const files = sorted.filter((name) => isModelFile(name) && !isOfAdapter(name));
  const loose = shardsByIndex(sorted.filter((name) => SHARD.test(name) && !isOfAdapter(name)));
  // An index lists its own shards; a set that no index of its name lists stands for itself.
  const sets = [...loose].filter(([set]) => !files.includes(`${set}.safetensors.index.json`));
  const candidates = [
    ...(hasAdapter ? [`an adapter (${ADAPTER_CONFIG})`] : []),
    ...files,
    ...sets.map(([set]) => `${set}-*.safetensors without an index`),
  ];
  if (candidates.length > 1) throw ambiguous(folder, candidates, hasAdapter);
  const otherWeights = sorted.filter(
    (name) => (isModelFile(name) || SHARD.test(name) || FOREIGN_WEIGHTS.test(name)) && !NO_WEIGHTS.test(name),
  );
  const without = (...used: readonly string[]): readonly string[] =>
    otherWeights.filter((name) => !used.includes(name));
  if (hasAdapter)
    return { model: { kind: "adapter" }, otherWeights: otherWeights.filter((name) => !isOfAdapter(name)) };
  const [file] = files;
  if (file !== undefined) return { model: { kind: "file", name: file }, otherWeights: without(file) };
  const [set] = sets;
  if (set !== undefined) {
    const shards = completeSet(folder, set[0], set[1]);
    return { model: { kind: "shards", names: shards }, otherWeights: without(...shards) };
  }
  const [foreign] = otherWeights;
  if (foreign !== undefined) return { model: { kind: "foreign", name: foreign }, otherWeights: without(foreign) };
  throw new InputError(`${folder}: holds no model file`, { remedy: `Known formats: ${KNOWN_FORMATS}.` });
}

/** Throws `InputError` for the path of one shard of several: a part of a model is not a model. */
export function assertNoShard(path: string): void {
  const name = path.split(/[/\\]/u).at(-1) ?? path;
  const { index, count } = SHARD.exec(name)?.groups ?? {};
  if (count === undefined || Number(count) <= 1) return;
  throw new InputError(`${path}: is shard ${Number(index)} of ${Number(count)}, a part of a model`, {
    remedy: "Give the folder that holds all shards, or the *.safetensors.index.json file that lists them.",
  });
}

function isModelFile(name: string): boolean {
  return (
    name.endsWith(".safetensors.index.json") ||
    name.endsWith(".onnx") ||
    (name.endsWith(".safetensors") && !SHARD.test(name)) ||
    /(^|[-_.])(model|weights_manifest)\.json$/u.test(name)
  );
}

function shardsByIndex(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const sets = new Map<string, string[]>();
  for (const name of names) {
    const { set = "" } = SHARD.exec(name)?.groups ?? {};
    sets.set(set, [...(sets.get(set) ?? []), name]);
  }
  return sets;
}

/** The shards 1 to N of N. Throws `InputError` naming those that are missing, and for shards of several countings. */
function completeSet(folder: string, set: string, names: readonly string[]): readonly string[] {
  const numbered = names.map((name) => {
    const { index = "", count = "" } = SHARD.exec(name)?.groups ?? {};
    return { name, index: Number(index), count: Number(count), countText: count, width: index.length };
  });
  const counts = [...new Set(numbered.map(({ count }) => count))];
  const [first] = numbered;
  if (first === undefined || counts.length > 1 || new Set(numbered.map(({ index }) => index)).size < names.length) {
    throw new InputError(`${folder}: holds shards of more than one model: ${names.join(", ")}`, {
      remedy: `Keep those of one model, with the index ${set}.safetensors.index.json.`,
    });
  }
  const missing = Array.from({ length: first.count }, (_, i) => i + 1)
    .filter((index) => numbered.every((shard) => shard.index !== index))
    .map((index) => first.name.replace(/\d+-of/u, `${String(index).padStart(first.width, "0")}-of`));
  const surplus = numbered.filter(({ index, count }) => index < 1 || index > count).map(({ name }) => name);
  if (missing.length > 0 || surplus.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`${shortList(missing)} ${missing.length === 1 ? "is" : "are"} missing`] : []),
      ...(surplus.length > 0 ? [`${shortList(surplus)} ${surplus.length === 1 ? "is" : "are"} out of range`] : []),
    ];
    throw new InputError(
      `${folder}: holds shards without an index (${set}.safetensors.index.json), and ${parts.join(", ")}`,
      { remedy: "Download the model completely, with its index." },
    );
  }
  return numbered.sort((a, b) => a.index - b.index).map(({ name }) => name);
}

function ambiguous(folder: string, candidates: readonly string[], hasAdapter: boolean): InputError {
  const model = candidates.find((name) => name.endsWith(".safetensors") || name.endsWith(".json")) ?? "its file";
  const count = candidates.length === 2 ? "two models" : `${candidates.length} models`;
  return new InputError(`${folder}: holds ${count}, and either could be meant: ${candidates.join(", ")}`, {
    remedy: hasAdapter
      ? `Say which: give the path of ${ADAPTER_CONFIG} for the adapter, or that of the model's file, such as ${model}.`
      : "Say which: give the path of one of them.",
  });
}

function shortList(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(", ")} and ${names.length - 4} more` : names.join(", ");
}
