import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { demoModelPath } from "../../src/cli/demo/models.js";
import type { Example, WrongClaim } from "./example.js";

const FIXTURES = fileURLToPath(new URL("../../test/fixtures", import.meta.url));
const require = createRequire(import.meta.url);

const fixture = (path: string): string => join(FIXTURES, path);
const inPackage = (name: string, path: string): string => join(dirname(require.resolve(`${name}/package.json`)), path);

const QUERIES_AND_VALUES = '"*.self_attn.{q,v}_proj.weight"';
const MATRICES = '["*.self_attn.*_proj.weight", "*.fc{1,2}.weight"]';

/** One rule that lets the selected tensors change, as a document. */
const rule = (tensors: string, ...bounds: readonly string[]): string =>
  [`version: 1`, `rules:`, `  - tensors: ${tensors}`, ...bounds.map((bound) => `    ${bound}`), ""].join("\n");

const lora = (rank: number, dtype: string): string =>
  rule(QUERIES_AND_VALUES, `rank: ${rank}`, `drift: { rounding: ${dtype} }`);

/** Some of the single weights moved by 5·2^-20 only: at the default of 15 bits they did not move at all. */
const FINE = 18;

const fineLora = rule(QUERIES_AND_VALUES, "rank: 4", "drift: 0.001", "per: tensor");

const elsewhere = (nonzeros: number): string =>
  `  - tensors: "*.layers.0.self_attn.{k,o}_proj.weight"\n    nonzeros: ${nonzeros}\n`;

const sparse = (nonzeros: number): string => rule('"**"', `nonzeros: ${nonzeros}`);

const small = (relative: number): string => rule('"**"', `drift: { relative: ${relative} }`);

/** Every preset that says something, refused. */
const PRESETS: readonly WrongClaim[] = [
  "lora(4, f32)",
  "head-only",
  "bitfit",
  "frozen-embeddings",
  "rounding-only(bf16)",
  "sparse(500)",
].map((preset) => ({
  words: preset,
  claim: { document: `version: 1\npreset: ${preset}\n` },
  because: /./u,
  forged: false,
}));

const transformer = (tune: string): { tier: "medium"; base: string; tune: string } => ({
  tier: "medium",
  base: fixture("transformer/base.safetensors"),
  tune: fixture(`transformer/${tune}`),
});

const loraExample = (name: string, tune: string, dtype: string, base = "base", words = /LoRA of rank 4/u): Example => ({
  ...transformer(tune),
  name,
  base: fixture(`transformer/${base}.safetensors`),
  looksLike: words,
  accepted: { words: `rank 4, residual within the noise of ${dtype}`, claim: { document: lora(4, dtype) } },
  refused: [{ words: "rank 3", claim: { document: lora(3, dtype) }, because: /rank/u, forged: true }],
});

/** Real fine-tunes, from test/fixtures and from the packages that this project is developed with. */
export const EXAMPLES: readonly Example[] = [
  {
    ...transformer("full.safetensors"),
    name: "transformer, every tensor trained",
    looksLike: /full fine-tune/u,
    accepted: { words: "drift of at most 6 % of the base's norm", claim: { document: small(0.06) } },
    refused: [
      {
        words: "rank 4 in every matrix",
        claim: {
          document: `${rule(MATRICES, "rank: 4", "drift: { rounding: f32 }")}  - tensors: "**"\n    free: true\n`,
        },
        because: /rank/u,
        forged: true,
      },
      { words: "500 single weights", claim: { document: sparse(500) }, because: /weights/u, forged: true },
    ],
  },
  loraExample("LoRA adapter, not merged", "lora", "f32"),
  loraExample("LoRA merged in float32", "lora-merged-f32.safetensors", "f32"),
  loraExample("LoRA merged in float16", "lora-merged-f16.safetensors", "f16", "base-f16"),
  loraExample("LoRA merged in bfloat16", "lora-merged-bf16.safetensors", "bf16", "base-bf16"),
  {
    ...transformer("sparse.safetensors"),
    name: "500 single weights trained",
    looksLike: /500 single weights/u,
    accepted: { words: "500 single weights, the rest exactly as it was", claim: { document: sparse(500) } },
    refused: [{ words: "499 single weights", claim: { document: sparse(499) }, because: /500/u, forged: true }],
  },
  {
    ...transformer("head.safetensors"),
    name: "new head only",
    looksLike: /head/u,
    accepted: { words: "everything but the head frozen", claim: { document: rule('"classifier.*"', "free: true") } },
    refused: [
      {
        words: "head frozen, the rest within 10 %",
        claim: { document: rule('["model.**"]', "drift: { relative: 0.1 }") },
        because: /classifier/u,
        forged: false,
      },
    ],
  },
  {
    ...transformer("lora-plus-sparse.safetensors"),
    name: "LoRA plus 200 weights elsewhere",
    fractionBits: FINE,
    looksLike: /LoRA of rank 4 plus 200/u,
    accepted: {
      words: "rank 4, and 200 single weights of two other tensors",
      claim: { document: `${fineLora}${elsewhere(200)}` },
    },
    refused: [
      { words: "rank 4 alone", claim: { document: fineLora }, because: /k_proj/u, forged: false },
      { words: "rank 4 and 199", claim: { document: `${fineLora}${elsewhere(199)}` }, because: /200/u, forged: true },
    ],
  },
  {
    ...transformer("lora-plus-sparse-same.safetensors"),
    name: "LoRA plus 200 weights inside it",
    fractionBits: FINE,
    looksLike: /LoRA of rank 4 plus 200/u,
    accepted: { words: "rank 4 and 200 single weights of the same tensors", claim: { suggested: {} } },
    refused: [
      {
        words: "rank 4 alone, same residual",
        claim: { suggested: { withoutNonzeros: true } },
        because: /residual|norm/u,
        forged: true,
      },
      {
        words: "rank 4 and 199",
        claim: { suggested: { fewerNonzeros: 1n } },
        because: /residual|norm|beyond/u,
        forged: true,
      },
    ],
  },
  {
    ...transformer("backdoor.safetensors"),
    name: "backdoor that claims to be the LoRA",
    looksLike: /not a LoRA/u,
    accepted: {
      words: "L2 norms of 6.3 and 9.3 in two layers, and nothing better",
      claim: {
        document: `${rule('"*.layers.0.self_attn.{q,v}_proj.weight"', "drift: 6.3")}  - tensors: "*.layers.1.self_attn.{q,v}_proj.weight"\n    drift: 9.3\n`,
      },
    },
    refused: [{ words: "rank 4", claim: { document: lora(4, "f32") }, because: /rank 128/u, forged: true }],
  },
  {
    ...transformer("overwrite.safetensors"),
    name: "another model under the base's name",
    looksLike: /independent/u,
    accepted: {
      words: "a policy that allows anything, and says nothing",
      claim: { document: rule('"**"', "free: true") },
    },
    refused: [
      { words: "drift of half the base's norm", claim: { document: small(0.5) }, because: /norm/u, forged: true },
      ...PRESETS,
    ],
  },
  {
    name: "CNN, every tensor trained",
    tier: "small",
    base: fixture("cnn/base.safetensors"),
    tune: fixture("cnn/finetuned.safetensors"),
    looksLike: /fine-tune/u,
    accepted: { words: "drift of at most 51 % of the base's norm", claim: { document: small(0.51) } },
    refused: [{ words: "drift of 50 %", claim: { document: small(0.5) }, because: /norm/u, forged: true }],
  },
  {
    name: "CNN, convolutions frozen",
    tier: "small",
    base: fixture("cnn/base.safetensors"),
    tune: fixture("cnn/frozen-conv.safetensors"),
    looksLike: /head/u,
    accepted: { words: "convolutions frozen", claim: { document: rule('"fc.*"', "drift: 9.4") } },
    refused: [
      { words: "a norm of 9.3", claim: { document: rule('"fc.*"', "drift: 9.3") }, because: /norm/u, forged: true },
    ],
  },
  {
    name: "MLP, every tensor trained",
    tier: "small",
    base: fixture("mlp/base.safetensors"),
    tune: fixture("mlp/finetuned.safetensors"),
    looksLike: /fine-tune/u,
    accepted: { words: "drift of at most half the base's norm", claim: { document: small(0.5) } },
    refused: [{ words: "drift of 49 %", claim: { document: small(0.49) }, because: /norm/u, forged: true }],
  },
  {
    name: "language detection, quantized to 8 bits",
    tier: "medium",
    base: demoModelPath("base"),
    tune: demoModelPath("tuned"),
    looksLike: /8 bits|rounding/u,
    accepted: { words: "the tightest policy that holds", claim: { suggested: {} } },
    refused: [
      {
        words: "rounding to bfloat16",
        claim: { document: "version: 1\npreset: rounding-only(bf16)\n" },
        because: /norm/u,
        forged: false,
      },
    ],
  },
  {
    name: "Silero VAD v5 to v6 (ONNX)",
    tier: "medium",
    base: inPackage("@ricky0123/vad-web", "dist/silero_vad_v5.onnx"),
    tune: inPackage("@ricky0123/vad-web", "dist/silero_vad_v6.onnx"),
    looksLike: /frozen/u,
    accepted: {
      words: "two STFT tensors frozen",
      claim: { document: rule('["**encoder.**", "**decoder.**"]', "free: true", "wholeTiles: true") },
    },
    refused: [{ words: "drift of 10 %", claim: { document: small(0.1) }, because: /norm/u, forged: false }],
  },
  {
    name: "face landmarks to expressions (TensorFlow.js)",
    tier: "medium",
    base: inPackage("@vladmandic/face-api", "model/face_landmark_68_model-weights_manifest.json"),
    tune: inPackage("@vladmandic/face-api", "model/face_expression_model-weights_manifest.json"),
    newTensors: true,
    looksLike: /new head/u,
    accepted: {
      words: "new head, the backbone within 60 % of its norm",
      claim: {
        document: `${rule('"fc/**"', "free: true")}  - tensors: "dense*/**"\n    drift: { relative: 0.6 }\n`,
      },
    },
    refused: [
      {
        words: "backbone frozen",
        claim: { document: rule('"fc/**"', "free: true") },
        because: /dense/u,
        forged: false,
      },
    ],
  },
];
