import type { Hex } from "../algebra/hex.js";
import { InputError, type FtiError } from "../errors/errors.js";
import type { PathDrift } from "../policy/path-drift.js";
import type { DriftRegistryClient } from "./client.js";
import type { RegisteredModel } from "./records.js";
import { gatherAbove } from "./certificate-paths.js";
import { certificatesTo, currentStatus, type FoundCertificate } from "./found-certificate.js";
import { judgePaths } from "./judge-paths.js";
import { assertAnswerable, type ModelQuestion } from "./model-question.js";
import { manifestHash, type Manifest } from "../quantize/manifest.js";
import { verifyRegistered, type VerifyRegisteredInput } from "./verify-registered.js";

/**
 * - `certified`: a path of active certificates leads from the base to the model, within what is accepted.
 * - `not-certified`: none does.
 * - `could-not-check`: one may.
 * - `development-keys`: one does, and it proves nothing, because anybody can forge proofs under its keys.
 * - `report`: there was no question; the answer lists what leads to the model.
 */
export type ModelVerdict = "certified" | "not-certified" | "could-not-check" | "development-keys" | "report";

export interface ModelAnswer {
  readonly modelId: Hex;
  /** `undefined` if nobody registered it. */
  readonly model: RegisteredModel | undefined;
  /** That lead to the model from anywhere, oldest first. */
  readonly certificates: readonly FoundCertificate[];
  readonly verdict: ModelVerdict;
  readonly isCertified: boolean;
  /** The certificates from the base to the model that the verdict is about, oldest first; empty if the model is the base. */
  readonly path: readonly FoundCertificate[] | undefined;
  /** How far the path lets the model be from the base, where the manifest is known. */
  readonly drift: PathDrift | undefined;
  /** Why it is not certified, or could not be checked, one sentence each. */
  readonly reasons: readonly string[];
  /** Errors behind `could-not-check`. */
  readonly errors: readonly FtiError[];
  /** The keys are those of a development setup. */
  readonly isInsecure: boolean;
}

export interface QueryModelInput {
  readonly registry: DriftRegistryClient;
  readonly modelId: Hex;
  /** Without a question there is no verdict, only a report. */
  readonly question?: ModelQuestion | undefined;
  /** The model's manifest, which is its base's: policies are checked against it. */
  readonly manifest?: Manifest | undefined;
  /** Oldest block to search. */
  readonly fromBlock?: number | undefined;
  /** Keys under which proofs are verified again; without them the registry is taken at its word. */
  readonly verify?: Pick<VerifyRegisteredInput, "anchors" | "insecure" | "verifier"> | undefined;
  /** It is known by other means that the registry's keys are those of a development setup. */
  readonly insecure?: boolean | undefined;
  /** Development keys are good enough, as in tests. */
  readonly allowDevelopmentKeys?: boolean | undefined;
}

/** Certificates above a model that are looked at. */
const MOST_CERTIFICATES = 1_000;

/**
 * Asks a registry whether a model descends from a base by certificates, within what the consumer accepts. Throws
 * `InputError` if the manifest is another model's or a limit cannot be judged, `UnavailableError` also where the node
 * contradicts itself, `RegistryError`.
 */
export async function queryModel(input: QueryModelInput): Promise<ModelAnswer> {
  const { registry, question, manifest, fromBlock, verify } = input;
  const modelId = input.modelId.toLowerCase() as Hex;
  const model = await registry.getModel(modelId);
  if (model !== undefined && manifest !== undefined && model.manifestHash !== manifestHash(manifest)) {
    throw new InputError(`model ${modelId} has another manifest than the given base`, {
      remedy: "Give the base from which the model was made, or none.",
    });
  }
  const leadingTo = (id: Hex): Promise<FoundCertificate[]> => certificatesTo(registry, id, manifest, fromBlock);
  const isInsecure = input.insecure === true || verify?.insecure === true;
  const about = { modelId, model, isInsecure };
  if (question === undefined) {
    const certificates: FoundCertificate[] = [];
    for (const found of await leadingTo(modelId)) certificates.push(await verified(input, found));
    const nothing = { isCertified: false, path: undefined, drift: undefined, reasons: [], errors: [] };
    return { ...about, certificates, verdict: "report", ...nothing };
  }
  const asked = { ...question, baseModelId: question.baseModelId.toLowerCase() as Hex };
  assertAnswerable(asked, manifest);
  const above = await gatherAbove(modelId, asked.baseModelId, leadingTo, MOST_CERTIFICATES);
  const judged = await judgePaths({
    modelId,
    question: asked,
    manifest,
    above,
    verify: (found) => verified(input, found),
  });
  const isUnproven = judged.verdict === "certified" && isInsecure && input.allowDevelopmentKeys !== true;
  const verdict = isUnproven ? "development-keys" : judged.verdict;
  // What was verified on the way is told with the list of all.
  const known = new Map(judged.path?.map((found) => [found.certificate.certificateId, found]));
  const certificates = (above.byTuned.get(modelId) ?? []).map(
    (found) => known.get(found.certificate.certificateId) ?? found,
  );
  return { ...about, ...judged, certificates, verdict, isCertified: verdict === "certified" };
}

/** With what comes of verifying its proofs, if that is asked for and it is active. */
async function verified(input: QueryModelInput, found: FoundCertificate): Promise<FoundCertificate> {
  const { registry, manifest, verify } = input;
  if (currentStatus(found.certificate) !== "active") return found;
  const { certificateId } = found.certificate;
  const routes = await registry.routesOfCertificate(certificateId);
  const isKeyFrozen = routes.some(({ isFrozen }) => isFrozen);
  if (verify === undefined) return { ...found, isKeyFrozen };
  return {
    ...found,
    isKeyFrozen,
    verification: await verifyRegistered({ registry, certificateId, manifest, ...verify }),
  };
}
