import { Option, type Command } from "commander";
import { commitModel } from "../../client/commit-model.js";
import { describePolicy } from "../../policy/describe-policy.js";
import { currentStatus, queryModel } from "../../client/query-model.js";
import { recomputeModelId } from "../../client/recompute-model-id.js";
import type { Hex } from "../../encoding/hex.js";
import { InputError } from "../../errors/errors.js";
import { tierOfTiles } from "../../node/open-setup.js";
import { connectRpc } from "../../node/rpc.js";
import { parseManifest } from "../../quantize/manifest.js";
import { DriftRegistryClient } from "../../registry/client.js";
import {
  addCommand,
  artifactsOption,
  parseCount,
  tierOption,
  type Runner,
  type TierName,
  jobsOption,
} from "../command.js";
import { viewsOfBase } from "../base-views.js";
import { openWeights, readCommitted } from "../model-files.js";
import type { Session } from "../session.js";
import { rpcOptions } from "./register.js";

interface QueryOptions {
  readonly rpc: string;
  readonly registry: `0x${string}`;
  readonly tier?: TierName;
  readonly base?: string;
  readonly baseWeights?: string;
  readonly fromBlock?: number;
  readonly artifacts?: string;
}

/** `fti query` */
export function addQueryCommand(parent: Command, runner: Runner): void {
  addCommand<QueryOptions>(parent, runner, {
    name: "query",
    summary: "ask whether a model is certified",
    description:
      "Looks up the certificates that lead to a model: by its id, or by its files, whose id is then recomputed. A " +
      "fine-tune is quantised as its base, so give --base with files. Exit 1 if no certificate leads to the model.",
    positionals: [["<model>", "model id, or file or directory of the weights"]],
    options: [
      ...rpcOptions(),
      new Option("--base <file>", "committed base of the model (with files)"),
      new Option("--base-weights <path>", "the base's weights, if the model is an adapter"),
      tierOption(),
      new Option("--from-block <n>", "oldest block to search").argParser(parseCount),
      artifactsOption(),
      jobsOption(),
    ],
    examples: [
      "fti query tuned.safetensors --base base.model.json --rpc http://127.0.0.1:8545 --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3",
    ],
    run: async ([model = ""], options, session) => {
      assertIdOrPath(model);
      const { provider, chainId } = await connectRpc(options.rpc);
      session.onClose(() => {
        provider.destroy();
        return Promise.resolve();
      });
      const registry = new DriftRegistryClient(options.registry, provider);
      await registry.assertPresent();
      const { id, manifest, baseModelId } = await identify(model, options, registry, session);
      const standing = await queryModel({ registry, modelId: id, manifest, fromBlock: options.fromBlock });
      const { isCertified } = standing;
      const parsed = manifest === undefined ? undefined : parseManifest(JSON.parse(manifest));
      const certificates = standing.certificates.map(({ certificate, policy, policyProblem }) => ({
        ...certificate,
        status: currentStatus(certificate),
        isFromGivenBase: baseModelId === undefined ? undefined : certificate.baseModelId === baseModelId,
        policy,
        policyProblem,
        words: policy === undefined || policyProblem !== undefined ? [] : describePolicy(policy, parsed),
      }));
      const { bold, green, red } = session.colors;
      return {
        exitCode: isCertified ? 0 : 1,
        json: { modelId: id, chainId, isRegistered: standing.model !== undefined, isCertified, certificates },
        lines: [
          `Model ${id}: ${isCertified ? bold(green("certified")) : bold(red("not certified"))}`,
          ...(standing.model !== undefined && certificates.length === 0
            ? ["  It is registered, but no certificate leads to it (a base?)."]
            : []),
          ...certificates.flatMap(({ certificateId, publisher, blockNumber, words, policyProblem, ...each }) => [
            `  Certificate ${certificateId}`,
            `    from base ${each.baseModelId}${each.isFromGivenBase === true ? " (the given base)" : ""}`,
            `    by ${publisher} in block ${blockNumber}`,
            ...(each.status === "active" ? [] : [red(`    ${each.status}: it certifies nothing`)]),
            ...(policyProblem === undefined ? [] : [red(`    MEANINGLESS policy: ${policyProblem}`)]),
            ...words.map((line) => `    ${line}`),
          ]),
        ],
      };
    },
  });
}

/** Hex digits that are no id are a mistyped one rather than a file. */
function assertIdOrPath(model: string): void {
  if (/^0x(?![0-9a-f]{64}$)[0-9a-f]*$/iu.test(model)) {
    throw new InputError(`${model} is not a model id: it has ${model.length - 2} hex digits, expected 64`, {
      remedy: `If it is a file, write ./${model}.`,
    });
  }
}

interface IdentifiedModel {
  readonly id: Hex;
  /** Canonical JSON, where it is known. */
  readonly manifest: string | undefined;
  /** Of the base that the user gave. */
  readonly baseModelId: Hex | undefined;
}

async function identify(
  model: string,
  options: QueryOptions,
  registry: DriftRegistryClient,
  session: Session,
): Promise<IdentifiedModel> {
  const base = options.base === undefined ? undefined : await readCommitted(options.base, session);
  const known = { manifest: base?.manifest, baseModelId: base?.modelId };
  if (/^0x[0-9a-f]{64}$/iu.test(model)) return { id: model.toLowerCase() as Hex, ...known };
  const tier = base === undefined ? options.tier : tierOfTiles(base.parts.t, "the base");
  if (tier === undefined) {
    throw new InputError("to recompute the id of files, --base (for a fine-tune) or --tier (for a base) is needed");
  }
  const setup = await session.openSetup(tier, options.artifacts);
  const { srs, artifacts, anchors } = setup;
  const wanted = await registry.srsId();
  if (wanted !== anchors.srsId) {
    throw new InputError(
      `the registry's models are committed under the SRS ${wanted}, this setup has ${anchors.srsId}`,
      {
        remedy: "Use the setup of the registry: without it the id cannot be recomputed.",
      },
    );
  }
  const baseWeights = options.baseWeights === undefined ? undefined : await openWeights(options.baseWeights, session);
  const weights = await openWeights(model, session, baseWeights);
  const { onProgress } = session;
  const common = { model: weights, srs, backend: await session.openBackend(), onProgress };
  if (base === undefined) {
    const { views } = await viewsOfBase(weights, undefined);
    const { committed } = await commitModel({ ...common, views, tier: setup.tier, insecure: artifacts.insecure });
    return { id: committed.modelId, manifest: committed.manifest, baseModelId: undefined };
  }
  const { modelId } = await recomputeModelId({ ...common, manifest: base.manifest });
  return { id: modelId, ...known };
}
