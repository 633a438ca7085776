import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readCommandLine } from "./command-line.js";
import { driftOf, type DriftKind } from "./gpt2/drift.js";
import { normalSource, seedOf } from "./gpt2/normal.js";
import { SafetensorsWriter } from "./gpt2/safetensors-writer.js";
import { elementCount, gpt2Tensors, SIZES, type Gpt2Config, type Gpt2Tensor, type SizeName } from "./gpt2/shapes.js";

const NOTICE = "SYNTHETIC: random weights in the shapes of GPT-2, for measuring. Not a trained model.";
const CHUNK = 2 ** 18;

/** A model of that configuration and its fine-tune, and what is known of their difference. */
export interface PairSummary {
  readonly notice: string;
  readonly seed: number;
  readonly config: Gpt2Config;
  readonly drift: DriftKind;
  readonly parameters: number;
  readonly changedTensors: number;
  /** L2 norm of the difference as stored, over all tensors. */
  readonly norm: number;
  /** A bound for `fti policy norm --max-norm` with room for rounding. */
  readonly maxNorm: string;
  /** Tensors that a policy has to let change; none stands for all. */
  readonly tensors: readonly string[];
}

/** Writes the pair and `pair.json` into a folder. */
export async function writePair(
  directory: string,
  config: Gpt2Config,
  drift: DriftKind,
  seed: number,
): Promise<PairSummary> {
  await mkdir(directory, { recursive: true });
  const tensors = gpt2Tensors(config);
  const metadata = { notice: NOTICE, seed: String(seed) };
  const writers: SafetensorsWriter[] = [];
  let sumSquares = 0;
  let changedTensors = 0;
  try {
    for (const name of ["base", "tuned"]) {
      writers.push(await SafetensorsWriter.create(join(directory, `${name}.safetensors`), tensors, metadata));
    }
    const [base, tuned] = writers as [SafetensorsWriter, SafetensorsWriter];
    for (const tensor of tensors) {
      const moved = await writeTensor(tensor, drift, seed, base, tuned);
      sumSquares += moved ?? 0;
      if (moved !== undefined) changedTensors++;
    }
    for (const writer of writers) await writer.finish();
  } catch (error) {
    for (const writer of writers) await writer.abort().catch(() => undefined);
    throw error;
  }
  const norm = Math.sqrt(sumSquares);
  const summary: PairSummary = {
    notice: NOTICE,
    seed,
    config,
    drift,
    parameters: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    changedTensors,
    norm,
    // A quarter more: rounding adds a little, and a policy of several rules divides the bound evenly.
    maxNorm: (1.25 * norm).toPrecision(3),
    tensors: drift.kind === "dense" ? [] : ["h.*.attn.c_attn.weight"],
  };
  await writeFile(join(directory, "pair.json"), `${JSON.stringify(summary, undefined, 2)}\n`);
  return summary;
}

/** Writes one tensor of both models; returns the squared norm of the change, if it changes. */
async function writeTensor(
  tensor: Gpt2Tensor,
  drift: DriftKind,
  seed: number,
  base: SafetensorsWriter,
  tuned: SafetensorsWriter,
): Promise<number | undefined> {
  const normal = normalSource(seedOf(seed, tensor.name));
  const change = driftOf(drift, tensor, seed);
  const count = elementCount(tensor.shape);
  let sumSquares = 0;
  for (let start = 0; start < count; start += CHUNK) {
    const from = new Float32Array(Math.min(CHUNK, count - start));
    for (let i = 0; i < from.length; i++) from[i] = tensor.mean + tensor.deviation * normal();
    let to = from;
    if (change !== undefined) {
      to = new Float32Array(from.length);
      for (let i = 0; i < to.length; i++) {
        to[i] = (from[i] ?? 0) + change();
        const moved = (to[i] ?? 0) - (from[i] ?? 0);
        sumSquares += moved * moved;
      }
    }
    await base.write(from);
    await tuned.write(to);
  }
  return change === undefined ? undefined : sumSquares;
}

async function main(): Promise<void> {
  const { options, positionals, refuse } = readCommandLine({
    command: "npx tsx scripts/gpt2-pair.ts",
    does:
      "Writes a SYNTHETIC pair of models of GPT-2's shape, base.safetensors and tuned.safetensors: random\n" +
      "weights of plausible size, for measuring. They are no language models, and nobody trained them.\n" +
      "The same options give the same bytes.",
    positionals: [{ name: "FOLDER", does: "where they are written, with pair.json" }],
    options: {
      drift: { type: "string", value: "KIND", does: "dense or lora", default: "lora" },
      rank: { type: "string", value: "N", does: "of the LoRA", default: "4" },
      deviation: { type: "string", value: "NUMBER", does: "standard deviation of the dense drift", default: "1e-4" },
      size: { type: "string", value: "SIZE", does: `one of ${Object.keys(SIZES).join(", ")}`, default: "124M" },
      layers: { type: "string", value: "N", does: "blocks, instead of the size's" },
      seed: { type: "string", value: "N", does: "of all random numbers", default: "20261123" },
    },
    example: "npx tsx scripts/gpt2-pair.ts build/pair --size 1M --drift dense",
  });
  const number = (name: "rank" | "deviation" | "layers" | "seed", text: string): number => {
    const value = Number(text);
    return value >= 0 && text.trim() !== "" ? value : refuse(`--${name} ${text} is not a number`);
  };
  const [directory] = positionals;
  if (directory === undefined) return refuse("a folder is missing");
  if (!(options.size in SIZES)) refuse(`--size ${options.size}: expected one of ${Object.keys(SIZES).join(", ")}`);
  if (options.drift !== "dense" && options.drift !== "lora") {
    return refuse(`--drift ${options.drift}: expected dense or lora`);
  }
  const size = SIZES[options.size as SizeName];
  const config = { ...size, layers: options.layers === undefined ? size.layers : number("layers", options.layers) };
  const drift: DriftKind =
    options.drift === "dense"
      ? { kind: "dense", deviation: number("deviation", options.deviation) }
      : { kind: "lora", rank: number("rank", options.rank) };
  console.log(NOTICE);
  for (const { name, shape, deviation } of gpt2Tensors(config)) {
    if (!/^h\.(?!0\.)/u.test(name)) console.log(`  ${name} [${shape.join(", ")}], standard deviation ${deviation}`);
  }
  const summary = await writePair(directory, config, drift, number("seed", options.seed));
  const { parameters, changedTensors, norm, maxNorm, tensors } = summary;
  console.log(
    `${parameters} parameters, ${config.layers} layers, seed ${options.seed}: ${directory}/base.safetensors, tuned.safetensors\n` +
      `${changedTensors} tensors changed (${options.drift}), L2 norm ${norm.toPrecision(4)}. A policy that fits:\n` +
      `  fti policy norm --base base.model.json --max-norm ${maxNorm}${tensors.map((glob) => ` --tensor '${glob}'`).join("")}`,
  );
}

if (process.argv[1] !== undefined && import.meta.url.endsWith(process.argv[1].replace(/^.*[/\\]/u, "/"))) await main();
