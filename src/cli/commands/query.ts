import { Option, type Command } from "commander";
import { commitModel } from "../../client/commit-model.js";
import { describePolicy } from "../../policy/describe-policy.js";
import type { CheckMade } from "../../client/check-made.js";
import {
  currentStatus,
  queryModel,
  type FoundCertificate,
  type ModelVerdict,
  type QueryModelInput,
} from "../../client/query-model.js";
import { recomputeModelId } from "../../client/recompute-model-id.js";
import type { RegisteredVerification } from "../../client/verify-registered.js";
import type { Policy } from "../../drift/rule.js";
import type { Hex } from "../../encoding/hex.js";
import { ArtifactError, InputError, UnavailableError } from "../../errors/errors.js";
import type { Model } from "../../model/open-model.js";
import { tierOfTiles } from "../../node/open-setup.js";
import { parseManifest, type Manifest } from "../../quantize/manifest.js";
import type { DriftRegistryClient } from "../../registry/client.js";
import type { RegisteredCertificate } from "../../registry/records.js";
import { addCommand, artifactsOption, tierOption, type Runner, type TierName, jobsOption } from "../command.js";
import { viewsOfBase } from "../base-views.js";
import { openWeights, openWeightsOf, readCommitted } from "../model-files.js";
import { orientationOption } from "../orientation-option.js";
import { readOptions, readRegistry, type ReadOptions } from "../read-registry.js";
import type { Session } from "../session.js";

interface QueryOptions extends ReadOptions {
  readonly tier?: TierName;
  readonly base?: string;
  readonly baseWeights?: string;
  readonly verify?: boolean;
}

/** `fti query` */
export function addQueryCommand(parent: Command, runner: Runner): void {
  addCommand<QueryOptions>(parent, runner, {
    name: "query",
    summary: "ask whether a model is certified",
    description:
      "Looks up the certificates that lead to a model: by its id, or by its files, whose id is then recomputed. A " +
      "fine-tune is quantised as its base, so give --base with files. Where a set-up of the tier is at hand, every active " +
      "certificate is verified again on the calldata that registered it, so that the node is trusted for no proof; " +
      "that it is registered and not revoked stays the node's word. A certificate that has expired, or was superseded or " +
      "revoked, counts for nothing. Exit 1 if no certificate certifies the model, 3 if that could not be checked.",
    positionals: [["<model>", "model id, or file or directory of the weights"]],
    options: [
      ...readOptions(),
      new Option("--base <file>", "committed base of the model (with files)"),
      new Option("--base-weights <path>", "the base's weights, if the model is an adapter or lacks buffers"),
      orientationOption(),
      tierOption(),
      new Option("--verify", "verify proofs again; without a set-up of the tier that is an error"),
      new Option("--no-verify", "take the registry at its word"),
      artifactsOption(),
      jobsOption(),
    ],
    examples: [
      "fti query tuned.safetensors --base base.model.json --rpc http://127.0.0.1:8545 --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3",
    ],
    run: async ([model = ""], options, session) => {
      assertIdOrPath(model);
      const { client: registry, chainId } = await readRegistry(options, session);
      const { id, manifest, baseModelId } = await identify(model, options, registry, session);
      const verify = await anchorsOf(id, options, registry, session);
      const standing = await queryModel({ registry, modelId: id, manifest, verify });
      const parsed = manifest === undefined ? undefined : parseManifest(JSON.parse(manifest));
      const certificates = standing.certificates.map((found) => reportOf(found, parsed, baseModelId));
      const { isCertified, verdict } = standing;
      return {
        exitCode: EXIT_CODES[verdict],
        json: {
          modelId: id,
          chainId,
          isRegistered: standing.model !== undefined,
          isCertified,
          verdict,
          isVerifiedHere: verify !== undefined,
          certificates,
        },
        lines: [
          `Model ${id}: ${headline(verdict, session)}`,
          ...(standing.model !== undefined && certificates.length === 0
            ? ["  It is registered, but no certificate leads to it (a base?)."]
            : []),
          ...certificates.flatMap((each) => certificateLines(each, session)),
          ...(verify === undefined && isCertified
            ? ["  Proofs were not verified here: that is the registry's word, and the node's."]
            : []),
        ],
      };
    },
  });
}

const EXIT_CODES = { certified: 0, "not-certified": 1, "could-not-check": 3 } as const;

function headline(verdict: ModelVerdict, { colors: { bold, green, red, yellow } }: Session): string {
  if (verdict === "certified") return bold(green("certified"));
  return verdict === "not-certified" ? bold(red("not certified")) : bold(yellow("could not check"));
}

/** A certificate as `--json` has it. */
interface CertificateReport extends RegisteredCertificate {
  readonly isFromGivenBase: boolean | undefined;
  readonly policy: Policy | undefined;
  readonly policyProblem: string | undefined;
  readonly verification: VerificationReport;
  readonly words: readonly string[];
}

type VerificationReport =
  | { readonly outcome: "verified"; readonly checks: readonly CheckMade[]; readonly notMade: readonly string[] }
  | { readonly outcome: "invalid" | "could-not-check"; readonly message: string; readonly remedy: string | undefined }
  | { readonly outcome: "not-made" };

function reportOf(
  { certificate, policy, policyProblem, verification }: FoundCertificate,
  manifest: Manifest | undefined,
  baseModelId: Hex | undefined,
): CertificateReport {
  return {
    ...certificate,
    status: currentStatus(certificate),
    isFromGivenBase: baseModelId === undefined ? undefined : certificate.baseModelId === baseModelId,
    policy,
    policyProblem,
    verification: verificationReport(verification),
    words: policy === undefined || policyProblem !== undefined ? [] : describePolicy(policy, manifest),
  };
}

function verificationReport(verification: RegisteredVerification | undefined): VerificationReport {
  if (verification === undefined) return { outcome: "not-made" };
  if (verification.outcome === "verified") {
    const { outcome, checks, notMade } = verification;
    return { outcome, checks, notMade };
  }
  const { outcome, error } = verification;
  return { outcome, message: error.shortMessage, remedy: error.remedy };
}

function certificateLines(report: CertificateReport, { colors: { red, yellow, green } }: Session): string[] {
  const { certificateId, baseModelId, publisher, blockNumber, status, expiresAt, policyProblem, words } = report;
  const until = expiresAt === undefined ? "" : `, valid until ${new Date(expiresAt * 1000).toISOString()}`;
  return [
    `  Certificate ${certificateId}`,
    `    from base ${baseModelId}${report.isFromGivenBase === true ? " (the given base)" : ""}`,
    `    by ${publisher} in block ${blockNumber}${until}`,
    ...(status === "active" ? [] : [red(`    ${status}: it certifies nothing`)]),
    ...(policyProblem === undefined ? [] : [red(`    MEANINGLESS policy: ${policyProblem}`)]),
    ...words.map((line) => `    ${line}`),
    ...verificationLines(report.verification, { red, yellow, green }).map((line) => `    ${line}`),
  ];
}

function verificationLines(
  verification: VerificationReport,
  { red, yellow, green }: Pick<Session["colors"], "red" | "yellow" | "green">,
): string[] {
  switch (verification.outcome) {
    case "not-made":
      return [];
    case "verified":
      return [
        green("verified here, on the calldata that registered it"),
        ...verification.notMade.map((check) => `not checked: ${check}`),
      ];
    case "invalid":
      return [red(`INVALID: ${verification.message}`)];
    case "could-not-check":
      return [
        yellow(`could not be verified: ${verification.message}`),
        ...(verification.remedy === undefined ? [] : [verification.remedy]),
      ];
  }
}

/** The keys to verify with, if they are wanted and at hand. */
async function anchorsOf(
  id: Hex,
  { verify, artifacts }: QueryOptions,
  registry: DriftRegistryClient,
  session: Session,
): Promise<QueryModelInput["verify"]> {
  if (verify === false) return undefined;
  const model = await registry.getModel(id);
  if (model === undefined) return undefined;
  try {
    return await session.openAnchors(tierOfTiles(model.t, `model ${id}`), artifacts);
  } catch (error) {
    // Nobody asked for it: no set-up is no fault.
    if (verify === undefined && (error instanceof ArtifactError || error instanceof UnavailableError)) return undefined;
    throw error;
  }
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
  const open = (path: string, over?: Model): Promise<Model> =>
    base === undefined ? openWeights(path, session, over) : openWeightsOf(base, path, session, over);
  const baseWeights = options.baseWeights === undefined ? undefined : await open(options.baseWeights);
  const weights = await open(model, baseWeights);
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
