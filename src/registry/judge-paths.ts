import type { Policy } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import { UnavailableError, type FtiError } from "../errors/errors.js";
import { driftObjections } from "../policy/drift-limits.js";
import { pathDrift, type PathDrift } from "../policy/path-drift.js";
import type { Manifest } from "../quantize/manifest.js";
import { pathsBetween, type CertificatesAbove } from "./certificate-paths.js";
import { currentStatus, type FoundCertificate } from "./found-certificate.js";
import type { ModelQuestion } from "./model-question.js";

/** What a path of certificates comes to. */
export interface PathJudgment {
  readonly verdict: "certified" | "not-certified" | "could-not-check";
  readonly path: readonly FoundCertificate[] | undefined;
  readonly drift: PathDrift | undefined;
  readonly reasons: readonly string[];
  readonly errors: readonly FtiError[];
}

export interface JudgePathsInput {
  readonly modelId: Hex;
  readonly question: ModelQuestion;
  readonly manifest: Manifest | undefined;
  readonly above: CertificatesAbove;
  /** Verifies an active certificate's proofs, if that is asked for. */
  readonly verify: (found: FoundCertificate) => Promise<FoundCertificate>;
}

/** Paths whose bounds are added up and whose proofs are verified at most. */
const MOST_PATHS = 64;

/**
 * One path that is good in every respect is enough, and of several the tightest speaks. Where none is, one that could not
 * be checked leaves the question open; else the answer is no, with the reasons of the shortest.
 */
export async function judgePaths(input: JudgePathsInput): Promise<PathJudgment> {
  const { modelId, question, above } = input;
  const { baseModelId, publishers } = question;
  if (modelId === baseModelId) return judgment(input, "certified", []);
  const isUsable = (found: FoundCertificate): boolean => faultOf(found, publishers) === undefined;
  const { paths, isComplete } = pathsBetween(baseModelId, modelId, above, isUsable, MOST_PATHS);
  const candidates = paths.map((path) => boundOf(input, path));
  const verified = new Map<Hex, Promise<FoundCertificate>>();
  const verify: JudgePathsInput["verify"] = (found) => {
    const { certificateId } = found.certificate;
    const known = verified.get(certificateId) ?? input.verify(found);
    verified.set(certificateId, known);
    return known;
  };
  const outcomes: PathJudgment[] = candidates.filter(({ verdict }) => verdict === "not-certified");
  // The tightest first: a stranger's loose certificate must not speak for a model.
  for (const candidate of candidates.filter(({ verdict }) => verdict === "certified").toSorted(byTightness)) {
    const outcome = await provenOf(input, candidate.path ?? [], verify);
    if (outcome.verdict === "certified") return outcome;
    outcomes.push(outcome);
  }
  const open = outcomes.find(({ verdict }) => verdict === "could-not-check");
  if (open !== undefined) return open;
  if (!isComplete || !above.isComplete) return tooMany(input);
  return outcomes[0] ?? judgment(input, "not-certified", undefined, whyNoPath(input));
}

/** Whether what a path allows is accepted: "certified" if its proofs are good. */
function boundOf(input: JudgePathsInput, path: readonly FoundCertificate[]): PathJudgment {
  const { question, manifest } = input;
  const bound = judgment(input, "certified", path);
  if (manifest === undefined || bound.drift === undefined) return bound;
  const { baseModelId, limits = {} } = question;
  const reasons = driftObjections(baseModelId, policiesOf(path), bound.drift, manifest, limits);
  return reasons.length === 0 ? bound : { ...bound, verdict: "not-certified", reasons };
}

function byTightness({ drift: a }: PathJudgment, { drift: b }: PathJudgment): number {
  if (a === undefined || b === undefined) return 0;
  const free = ({ tensors }: PathDrift): number =>
    tensors.reduce((sum, { isFree, weights }) => sum + (isFree ? weights : 0), 0);
  return (
    free(a) - free(b) ||
    a.whole.rank - b.whole.rank ||
    Number(a.whole.sparse - b.whole.sparse) ||
    a.whole.norm - b.whole.norm
  );
}

/** What a path comes to whose bounds are accepted, once its proofs are looked at. */
async function provenOf(
  input: JudgePathsInput,
  path: readonly FoundCertificate[],
  verify: JudgePathsInput["verify"],
): Promise<PathJudgment> {
  const checked: FoundCertificate[] = [];
  for (const found of path) checked.push(await verify(found));
  const invalid = checked.flatMap(({ certificate, verification }) =>
    verification?.outcome === "invalid"
      ? [`the proof of certificate ${certificate.certificateId} is INVALID: ${verification.error.shortMessage}`]
      : [],
  );
  if (invalid.length > 0) return judgment(input, "not-certified", checked, invalid);
  const errors = checked.flatMap(openQuestion);
  const verdict = errors.length > 0 ? "could-not-check" : "certified";
  const reasons = errors.map(({ shortMessage }) => shortMessage);
  return judgment(input, verdict, checked, reasons, errors);
}

/** What keeps a certificate of a path from being relied on, though nothing is known to be wrong. */
function openQuestion({ certificate, verification, isKeyFrozen }: FoundCertificate): FtiError[] {
  if (verification?.outcome === "could-not-check") return [verification.error];
  if (verification !== undefined || isKeyFrozen !== true) return [];
  return [
    new UnavailableError(
      `certificate ${certificate.certificateId} was proven with a verifying key that the registry's owner has frozen since`,
      { remedy: "If you trust that key, verify the proof with it: --verify, with the setup that it belongs to." },
    ),
  ];
}

function judgment(
  { manifest, question }: JudgePathsInput,
  verdict: PathJudgment["verdict"],
  path: readonly FoundCertificate[] | undefined,
  reasons: readonly string[] = [],
  errors: readonly FtiError[] = [],
): PathJudgment {
  const isKnown =
    path !== undefined && manifest !== undefined && path.every(({ policyProblem }) => policyProblem === undefined);
  const drift = isKnown ? pathDrift(policiesOf(path), manifest, question.norms) : undefined;
  return { verdict, path, drift, reasons, errors };
}

function policiesOf(path: readonly FoundCertificate[]): Policy[] {
  return path.flatMap(({ policy }) => policy ?? []);
}

/** Why a certificate does not count, by itself. */
function faultOf(
  { certificate, policyProblem }: FoundCertificate,
  publishers: readonly Hex[] | undefined,
): string | undefined {
  const status = currentStatus(certificate);
  if (status !== "active") return `is ${status}`;
  if (policyProblem !== undefined) return `has a policy that means nothing for these models: ${policyProblem}`;
  const { publisher } = certificate;
  const isAccepted = publishers?.some((each) => each.toLowerCase() === publisher.toLowerCase()) ?? true;
  return isAccepted ? undefined : `is by ${publisher}, whose certificates you do not accept`;
}

/** The faults of the shortest path, or that there is none. */
function whyNoPath({ modelId, question, above }: JudgePathsInput): string[] {
  const { baseModelId, publishers } = question;
  const [shortest] = pathsBetween(baseModelId, modelId, above, () => true, 1).paths;
  if (shortest !== undefined) {
    return shortest.flatMap((found) => {
      const fault = faultOf(found, publishers);
      return fault === undefined ? [] : [`certificate ${found.certificate.certificateId} on the way ${fault}`];
    });
  }
  const direct = above.byTuned.get(modelId) ?? [];
  if (direct.length === 0) return ["no certificate leads to this model"];
  const bases = [...new Set(direct.map(({ certificate }) => certificate.baseModelId))];
  const others = bases.length > 3 ? ` and ${bases.length - 3} more` : "";
  return [
    `no certificates lead from the base ${baseModelId} to this model; those that lead to it start from ${bases.slice(0, 3).join(", ")}${others}`,
  ];
}

function tooMany(input: JudgePathsInput): PathJudgment {
  const error = new UnavailableError("more certificates lead to this model than are searched", {
    remedy: "Limit the search with --publisher ADDRESS and --from-block N.",
  });
  return judgment(input, "could-not-check", undefined, [error.shortMessage], [error]);
}
