import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InputError } from "../../errors/errors.js";
import { parseWeightsManifest } from "../../model/formats/tfjs-manifest.js";
import { elementCountOf } from "../../model/tensor.js";
import { readTextFile } from "../../node/text-file.js";
import type { Manifest } from "../../quantize/manifest.js";

const require = createRequire(import.meta.url);

/** Two releases of one real model: which programming language is a text? 674,604 weights. */
export const DEMO_MODELS = {
  base: { name: "vscode-languagedetection 1.0.18 (float32)", package: "langdetect-v18" },
  tuned: { name: "vscode-languagedetection 1.0.23 (8 bits a weight)", package: "langdetect-v23" },
} as const;

/** Where a model's `model.json` is installed. */
export function demoModelPath(role: keyof typeof DEMO_MODELS): string {
  const { package: name } = DEMO_MODELS[role];
  return join(dirname(require.resolve(`${name}/package.json`)), "model", "model.json");
}

/** A bound that rounding to 8 bits cannot exceed, and the tensors that it is about. */
export interface RoundingBound {
  readonly maxResidualSq: bigint;
  /** `u`, the most fraction bits of the tensors. */
  readonly unit: number;
  readonly tensors: readonly string[];
}

/**
 * The squared norm `B` that the fine-tuned model's 8-bit quantization may cost at most, in squared units of `2^-u`, `u` being the
 * most fraction bits of the tensors that it is about.
 *
 * A tensor stored as `v·s + min` with an 8-bit `v` is the nearest such number to the original weight, so
 * `|w1 - w0| <= s/2`. Both weights are then rounded to multiples of `2^-f`, each by at most half a unit:
 *
 *     |q1 - q0| <= 2^f·|w1 - w0| + 1/2 + 1/2 <= 2^f·s/2 + 1,
 *
 * and because `q1 - q0` is an integer, the floor of that bounds it as well. Summed over the `N` weights of each
 * tensor: `B = Σ N·floor(2^f·s/2 + 1)²·4^(u-f)`. (float32 rounding inside the converter is some 2^-25 of a weight, far
 * below the slack: rounding errors are spread evenly, so their squares add up to about a third of `B`.)
 */
export async function roundingBound(tunedPath: string, manifest: Manifest): Promise<RoundingBound> {
  const specs = parseWeightsManifest(tunedPath, JSON.parse(await readTextFile(tunedPath))).flatMap(
    (group) => group.weights,
  );
  const fractionBits = new Map(
    manifest.tensors.flatMap((tensor) =>
      "fractionBits" in tensor ? [[tensor.name, tensor.fractionBits] as const] : [],
    ),
  );
  const found: { readonly name: string; readonly f: number; readonly squares: bigint }[] = [];
  for (const { name, shape, quantization } of specs) {
    if (quantization === undefined || quantization.dtype === "float16") continue;
    const f = fractionBits.get(name);
    if (f === undefined) throw new InputError(`${tunedPath}: tensor ${JSON.stringify(name)} is not in the base`);
    const largest = BigInt(Math.floor(2 ** f * (quantization.scale / 2) + 1));
    found.push({ name, f, squares: BigInt(elementCountOf(shape)) * largest * largest });
  }
  const unit = Math.max(...found.map(({ f }) => f));
  return {
    maxResidualSq: found.reduce((sum, { f, squares }) => sum + (squares << BigInt(2 * (unit - f))), 0n),
    unit,
    tensors: found.map(({ name }) => name),
  };
}
