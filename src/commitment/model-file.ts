import * as z from "zod/mini";
import { g1ToHex, hexToFr, hexToG1, wordToHexBE, type Hex } from "../algebra/hex.js";
import { count, point, strict, word } from "../algebra/json-forms.js";
import { FormatError, InputError } from "../errors/errors.js";
import { firstIssue } from "../errors/first-issue.js";
import type { Fr } from "../algebra/fr.js";
import { decodeManifest, encodeManifest } from "../quantize/manifest.js";
import { modelId } from "./model-id.js";
import { committedModel, type CommittedModel, type ModelSecrets } from "./committed-model.js";

export const MODEL_FORMAT = "fine-tuning-integrity/model";
export const SECRETS_FORMAT = "fine-tuning-integrity/model-secrets";
const VERSION = 2;

const part = z.number().check(z.minimum(0));

const modelSchema = strict({
  format: z.literal(MODEL_FORMAT),
  version: z.literal(VERSION),
  modelId: word,
  insecure: z.boolean(),
  isPrivate: z.boolean(),
  srsId: word,
  t: count,
  manifest: z.string(),
  commitments: z.array(point).check(z.minLength(1)),
  /** Tensors whose change is not resolved; the parts that are lost are told of open models only. */
  coarse: z.optional(
    z
      .array(strict({ name: z.string(), lostOfChange: z.optional(part), lostOfTensor: z.optional(part) }))
      .check(z.minLength(1)),
  ),
  /** Formats, dtypes, shards and file digests of an open model: beside the id, not in it. */
  provenance: z.optional(z.unknown()),
});

const secretsSchema = strict({
  format: z.literal(SECRETS_FORMAT),
  version: z.literal(VERSION),
  notice: z.string(),
  modelId: word,
  blindings: z.array(word).check(z.minLength(1)),
  /** As in an open model's file. */
  provenance: z.optional(z.unknown()),
});

/**
 * The public file of a committed model. Throws `RangeError` for the provenance of a private model: digests of its files would confirm
 * any guess of them.
 */
export function encodeModel(model: CommittedModel, provenance?: unknown): string {
  if (model.isPrivate && provenance !== undefined) {
    throw new RangeError("encodeModel: the provenance of a private model belongs into its secrets");
  }
  const file: z.infer<typeof modelSchema> = {
    format: MODEL_FORMAT,
    version: VERSION,
    modelId: model.modelId,
    insecure: model.insecure,
    isPrivate: model.isPrivate,
    srsId: model.parts.srsId,
    t: model.parts.t,
    manifest: encodeManifest(model.manifest),
    commitments: model.commitments.map(g1ToHex),
    ...(model.coarse === undefined ? {} : { coarse: nonEmpty(model.coarse) }),
    ...(provenance === undefined ? {} : { provenance }),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

function nonEmpty<T>(list: readonly T[]): [T, ...T[]] {
  const [first, ...rest] = list;
  if (first === undefined) throw new RangeError("encodeModel: an empty list");
  return [first, ...rest];
}

/** Reads a model file and recomputes its id. Throws `FormatError` naming the file and the field. */
export function parseModel(text: string, path: string): CommittedModel {
  const file = parse(modelSchema, text, path, "a model committed by `fti commit`");
  const model = decode(path, () =>
    committedModel({
      srsId: file.srsId as Hex,
      t: file.t,
      manifest: decodeManifest(file.manifest),
      commitments: file.commitments.map((point, i) => hexToG1(point, `commitments.${i}`)),
      isPrivate: file.isPrivate,
      insecure: file.insecure,
      coarse: file.coarse,
    }),
  );
  if (model.modelId !== file.modelId) {
    throw new FormatError(path, `the model id is ${file.modelId}, its parts give ${modelId(model.parts)}`, {
      remedy: "The file was changed. Commit the model again.",
    });
  }
  return model;
}

/** The secret file of a private model; write it with mode 0600. */
export function encodeSecrets(secrets: ModelSecrets): string {
  const file: z.infer<typeof secretsSchema> = {
    format: SECRETS_FORMAT,
    version: VERSION,
    notice:
      "SECRET. Whoever has this file can confirm guesses of the model's weights. Without it no fine-tune can be proven.",
    modelId: secrets.modelId,
    blindings: secrets.blindings.map(wordToHexBE),
    ...(secrets.provenance === undefined ? {} : { provenance: secrets.provenance }),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

export function parseSecrets(text: string, path: string): ModelSecrets {
  const file = parse(secretsSchema, text, path, "a secrets file written by `fti commit --private`");
  return {
    modelId: file.modelId as Hex,
    blindings: file.blindings.map((hex, i) => secretFr(path, hex, i)),
    ...(file.provenance === undefined ? {} : { provenance: file.provenance }),
  };
}

/** A blinding. Its error does not repeat the value, which may be a secret but for one digit. */
function secretFr(path: string, hex: string, index: number): Fr {
  try {
    return hexToFr(hex, "");
  } catch {
    throw new FormatError(path, `blindings.${index} is not a canonical scalar`, { remedy: "Its value is not shown." });
  }
}

function parse<T>(schema: z.ZodMiniType<T>, text: string, path: string, expected: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormatError(path, "is not JSON", { remedy: `Expected ${expected}.` });
  }
  const parsed = schema.safeParse(json, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new FormatError(path, firstIssue(parsed.error), { remedy: `Expected ${expected}.` });
}

function decode<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) throw new FormatError(path, error.shortMessage, { cause: error });
    throw error;
  }
}
