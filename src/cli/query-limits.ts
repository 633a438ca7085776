import { InvalidArgumentError, Option } from "commander";
import { recognizeArchitecture } from "../model/architecture/recognize.js";
import { parsePolicy, POLICY_FORMAT } from "../policy/policy-file.js";
import type { Policy } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import { InputError } from "../errors/errors.js";
import type { Model } from "../model/open-model.js";
import { tierOfTiles } from "../quantize/tier-of-tiles.js";
import { isFile, readTextFile } from "../node/text-file.js";
import { compilePolicy } from "../policy/compile-policy.js";
import type { DriftLimits, MaxDrift } from "../policy/drift-limits.js";
import { measureBase } from "../policy/measure-base.js";
import { parsePolicyDocument } from "../policy/policy-document.js";
import { presetDocument } from "../policy/presets.js";
import { TIERS } from "../protocol/tiers.js";
import type { Manifest } from "../quantize/manifest.js";
import type { DriftRegistryClient } from "../registry/client.js";
import { noBase } from "../registry/model-question.js";
import { parseBigCount, parseCount, repeated, repeatedAddress } from "./command.js";

/** What a consumer accepts, as options. */
export interface LimitOptions {
  readonly within?: string;
  readonly maxDrift?: readonly MaxDrift[];
  readonly allowSparse?: bigint;
  readonly allowRank?: number;
  readonly frozen?: readonly string[];
  readonly publisher?: readonly Hex[];
}

export const limitOptions = (): Option[] => [
  new Option("--publisher <address>", "whose certificates count (several: repeat; default: anybody's)").argParser(
    repeatedAddress,
  ),
  new Option("--within <policy>", "accept what this policy allows: a preset, a file, or a registered policy's id"),
  new Option(
    "--max-drift <percent>",
    "accept at most this part of the base's norm, such as 5%: in each part of the network; tensor=5%: in each tensor; whole=5%: in all together",
  ).argParser(maxDrift),
  new Option("--allow-sparse <n>", "under --max-drift, accept up to n weights that change by any amount").argParser(
    parseBigCount,
  ),
  new Option("--allow-rank <r>", "under --max-drift, accept a part of rank up to r and of any size").argParser(
    parseCount,
  ),
  new Option("--frozen <glob>", "tensors that must be unchanged (several: repeat)").argParser(repeated),
];

function maxDrift(text: string, previous: readonly MaxDrift[] | undefined): readonly MaxDrift[] {
  const match = /^(?:(part|tensor|whole)=)?(\d+(?:\.\d+)?)\s*%$/u.exec(text);
  if (match === null) throw new InvalidArgumentError("expected a percentage such as 5%, or tensor=5%, or whole=5%");
  const of = (match[1] ?? "part") as MaxDrift["of"];
  return [...(previous ?? []), { of, ratio: Number(match[2]) / 100 }];
}

export interface ReadLimitsInput {
  readonly options: LimitOptions;
  /** `undefined` if no base is named. */
  readonly baseModelId: Hex | undefined;
  /** The base's. */
  readonly manifest: Manifest | undefined;
  /** The base's weights, for bounds that depend on them. */
  readonly weights: Model | undefined;
  readonly registry: DriftRegistryClient;
}

/** What the options accept. Throws `InputError`, `FormatError`, and for a registered policy as the client does. */
export async function readLimits(input: ReadLimitsInput): Promise<DriftLimits> {
  const { within, maxDrift: most, allowSparse, allowRank, frozen } = input.options;
  return {
    within: within === undefined ? undefined : await policyOf(within, input),
    maxDrift: most,
    allowSparse,
    allowRank,
    frozen,
  };
}

async function policyOf(text: string, { registry, ...input }: ReadLimitsInput): Promise<Policy> {
  if (/^0x[0-9a-f]{64}$/iu.test(text)) {
    const policy = await registry.getPolicy(text.toLowerCase() as Hex);
    if (policy !== undefined) return policy;
    throw new InputError(`policy ${text} is not in the registry`, {
      remedy: "Give the policy's file, or a preset: fti policy presets.",
    });
  }
  if (input.baseModelId === undefined) throw noBase();
  const isPath = /[/\\]|\.(ya?ml|json)$/iu.test(text) || (await isFile(text));
  const content = isPath ? await readTextFile(text) : undefined;
  if (content?.includes(`"${POLICY_FORMAT}"`) === true) return parsePolicy(content, text);
  const document = content === undefined ? presetDocument(text) : parsePolicyDocument(content, text);
  if (input.manifest === undefined) {
    throw new InputError("a preset or a policy document needs the base's manifest, which is missing", {
      remedy: "Give the base's model file, base.model.json (ask the base's publisher).",
    });
  }
  const { manifest } = input;
  const { policy } = await compilePolicy({
    document,
    baseModelId: input.baseModelId,
    manifest,
    architecture: recognizeArchitecture(manifest.tensors),
    tier: TIERS[tierOfTiles(manifest.t, "the base")],
    base: input.weights && measureBase(input.weights, manifest),
  });
  return policy;
}
