import { z } from "zod";
import { FormatError } from "../../errors/errors.js";
import { firstIssue } from "../../errors/first-issue.js";
import { assertTensorName, parseShape } from "../tensor.js";

/** Affine quantization maps the stored integer `v` to `v·scale + min`. */
export type Quantization =
  { readonly dtype: "uint8" | "uint16"; readonly scale: number; readonly min: number } | { readonly dtype: "float16" };

/** One tensor of a weights manifest. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool" | "string";
  readonly quantization: Quantization | undefined;
}

/** Tensors that lie back to back in the concatenation of the files `paths`. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

const groupsSchema = z.array(
  z.object({
    paths: z.array(z.string()),
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.unknown().optional(),
        dtype: z.string(),
        quantization: z
          .object({ dtype: z.string(), scale: z.unknown().optional(), min: z.unknown().optional() })
          .nullish()
          .transform((quantization) => quantization ?? undefined),
      }),
    ),
  }),
);

const DTYPES = ["float32", "int32", "bool", "string"] as const;

/**
 * Reads a weights manifest: the array itself, or the `weightsManifest` of a `model.json`.
 * Throws `FormatError` naming the tensor. Source: tensorflow/tfjs, tfjs-core/src/io/types.ts.
 */
export function parseWeightsManifest(path: string, json: unknown): readonly WeightGroup[] {
  const array = Array.isArray(json) ? json : (json as { readonly weightsManifest?: unknown } | null)?.weightsManifest;
  const parsed = groupsSchema.safeParse(array);
  if (!parsed.success) {
    throw new FormatError(path, `has no valid TensorFlow.js weights manifest: ${firstIssue(parsed.error)}`, {
      remedy: "Give a model.json with weightsManifest, or the manifest itself.",
      cause: parsed.error,
    });
  }
  const seen = new Set<string>();
  return parsed.data.map(({ paths, weights }) => ({
    paths,
    weights: weights.map((weight) => {
      assertTensorName(path, weight.name);
      if (seen.has(weight.name)) {
        throw new FormatError(path, `tensor ${JSON.stringify(weight.name)} is listed twice`, {
          remedy: "Rename or remove one of them: it is not clear which is meant.",
        });
      }
      seen.add(weight.name);
      return parseWeight(path, weight);
    }),
  }));
}

type RawWeight = z.infer<typeof groupsSchema>[number]["weights"][number];

function parseWeight(path: string, weight: RawWeight): WeightSpec {
  const { name } = weight;
  const dtype = DTYPES.find((known) => known === weight.dtype);
  if (dtype === undefined) {
    throw new FormatError(path, `tensor ${JSON.stringify(name)}: the dtype ${weight.dtype} is not supported`, {
      remedy: `Convert the tensor to one of ${DTYPES.join(", ")}.`,
    });
  }
  const shape = parseShape(path, name, weight.shape);
  return { name, shape, dtype, quantization: parseQuantization(path, name, dtype, weight.quantization) };
}

function parseQuantization(
  path: string,
  name: string,
  dtype: WeightSpec["dtype"],
  quantization: RawWeight["quantization"],
): Quantization | undefined {
  if (quantization === undefined) return undefined;
  const { scale, min } = quantization;
  if (quantization.dtype === "float16" && dtype === "float32") return { dtype: "float16" };
  if (
    (quantization.dtype === "uint8" || quantization.dtype === "uint16") &&
    (dtype === "float32" || dtype === "int32")
  ) {
    if (typeof scale === "number" && typeof min === "number" && Number.isFinite(scale) && Number.isFinite(min)) {
      return { dtype: quantization.dtype, scale, min };
    }
    throw new FormatError(
      path,
      `tensor ${JSON.stringify(name)}: its quantization has scale ${JSON.stringify(scale)}, min ${JSON.stringify(min)}`,
      { remedy: "Both must be numbers: convert the model again." },
    );
  }
  throw new FormatError(
    path,
    `tensor ${JSON.stringify(name)}: ${dtype} quantized as ${quantization.dtype} is unknown`,
    {
      remedy: "float32 may be quantized as uint8, uint16 or float16, int32 as uint8 or uint16.",
    },
  );
}
