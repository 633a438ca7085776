import { currentStatus, type FoundCertificate } from "../registry/found-certificate.js";
import type { ModelAnswer, ModelVerdict } from "../registry/query-model.js";
import type { RegisteredVerification } from "../registry/verify-registered.js";
import type { Hex } from "../algebra/hex.js";
import { describePolicy } from "../policy/describe-policy.js";
import { driftWords } from "../policy/drift-words.js";
import type { Manifest } from "../quantize/manifest.js";
import { describeCoarse, describeResolution, type CoarseTensor } from "../quantize/resolution.js";
import type { ByteIdentity } from "./query-files.js";
import type { Outcome, Session } from "./session.js";

export const VERDICT_EXIT_CODES: Readonly<Record<ModelVerdict, Outcome["exitCode"]>> = {
  certified: 0,
  "not-certified": 1,
  "could-not-check": 3,
  report: 4,
  "development-keys": 5,
};

export interface QueryOutcomeInput {
  readonly answer: ModelAnswer;
  readonly chainId: bigint;
  readonly manifest: Manifest | undefined;
  readonly baseModelId: Hex | undefined;
  /** What the base is called in the trust list. */
  readonly baseName: string | undefined;
  readonly isVerifiedHere: boolean;
  /** Of the files that were asked about. */
  readonly bytes: ByteIdentity | undefined;
  /** Of the model's own file, where that is at hand. */
  readonly coarse?: readonly CoarseTensor[] | undefined;
}

/** What `fti query` prints. */
export function queryOutcome(input: QueryOutcomeInput, session: Session): Outcome {
  const { answer, chainId, manifest, baseModelId, isVerifiedHere, bytes, coarse = [] } = input;
  const resolution = manifest === undefined ? [] : describeResolution(manifest);
  const { modelId, model, verdict, isCertified, isInsecure, reasons, drift, path } = answer;
  const words = drift === undefined ? undefined : driftWords(drift);
  return {
    exitCode: VERDICT_EXIT_CODES[verdict],
    json: {
      modelId,
      chainId,
      baseModelId,
      isRegistered: model !== undefined,
      verdict,
      isCertified,
      isInsecure,
      isVerifiedHere,
      reasons,
      path: path?.map(({ certificate }) => certificate.certificateId),
      drift: drift && { ...words, parts: drift.parts, whole: drift.whole },
      resolution,
      coarse,
      files: bytes && { ...bytes, largestStep: manifest && largestStep(manifest) },
      certificates: answer.certificates.map((found) => reportOf(found, manifest, baseModelId)),
    },
    lines: [
      headline(input, words?.headline, session),
      `  Model ${modelId}`,
      ...(baseModelId === undefined
        ? []
        : [`  Base  ${baseModelId}${input.baseName === undefined ? "" : ` (${input.baseName} in your trust list)`}`]),
      ...[...(words?.details ?? []), ...describeCoarse(coarse), ...resolution].map((line) => `  ${line}`),
      ...hints(input),
      ...(path ?? answer.certificates).flatMap((found) => certificateLines(found, manifest, session)),
      ...fileLines(input),
      ...keyLines(input, session),
    ],
  };
}

function headline(
  { answer: { verdict, reasons, certificates, model, path }, manifest }: QueryOutcomeInput,
  bound: string | undefined,
  { colors: { bold, green, red, yellow } }: Session,
): string {
  const far =
    path?.length === 0 ? "this is the base itself" : (bound ?? "how far from the base is not known: see below");
  switch (verdict) {
    case "certified":
      return `${bold(green("Certified"))}: ${far}`;
    case "development-keys":
      return `${bold(red("Made with development keys: proves nothing"))} (with production keys: ${far})`;
    case "not-certified":
      return `${bold(red("Not certified"))}: ${reasons.join("; ")}`;
    case "could-not-check":
      return `${bold(yellow("Could not check"))}: ${reasons.join("; ")}`;
    case "report": {
      const active = certificates.filter(({ certificate }) => currentStatus(certificate) === "active").length;
      const what =
        active > 0
          ? `${active} active ${active === 1 ? "certificate leads" : "certificates lead"} to this model`
          : model === undefined
            ? "this model is not in the registry"
            : "no active certificate leads to this model; it may be a base model";
      return `${bold(yellow("A report, not a verdict"))}: ${what}. Name the base that you trust to get a verdict: --base${manifest === undefined ? " base.model.json" : ""}`;
    }
  }
}

/** What would make the answer say more. */
function hints({ answer, manifest }: QueryOutcomeInput): string[] {
  const { drift, verdict, errors } = answer;
  const remedies = errors.flatMap(({ remedy }) => remedy ?? []);
  if (verdict !== "certified" && verdict !== "development-keys") return remedies.map((line) => `  ${line}`);
  if (manifest === undefined) {
    return [
      "  Without the base's manifest it is not known how far, nor whether the policies fit the tensors: give",
      "  --base base.model.json (ask the base's publisher), or --certificate FILE, which contains the manifest.",
    ];
  }
  const isRelative = drift?.whole.relative !== undefined || answer.path?.length === 0;
  return isRelative ? [] : ["  For percentages of the base's norm, give the base's weights: --base-weights PATH."];
}

/** A certificate as `--json` has it. */
function reportOf(
  { certificate, policy, policyProblem, verification, isKeyFrozen }: FoundCertificate,
  manifest: Manifest | undefined,
  baseModelId: Hex | undefined,
): Readonly<Record<string, unknown>> {
  return {
    ...certificate,
    status: currentStatus(certificate),
    isFromGivenBase: baseModelId === undefined ? undefined : certificate.baseModelId === baseModelId,
    policy,
    policyProblem,
    isKeyFrozen,
    verification: verificationReport(verification),
    words: policy === undefined || policyProblem !== undefined ? [] : describePolicy(policy, manifest),
  };
}

function verificationReport(verification: RegisteredVerification | undefined): Readonly<Record<string, unknown>> {
  if (verification === undefined) return { outcome: "not-made" };
  const { outcome } = verification;
  if (outcome === "verified") return { outcome, checks: verification.checks, notMade: verification.notMade };
  const { shortMessage: message, remedy } = verification.error;
  return { outcome, message, remedy };
}

function certificateLines(
  { certificate, policy, policyProblem, verification, isKeyFrozen }: FoundCertificate,
  manifest: Manifest | undefined,
  { colors: { red, yellow, green } }: Session,
): string[] {
  const { certificateId, baseModelId, publisher, blockNumber, expiresAt } = certificate;
  const status = currentStatus(certificate);
  const until = expiresAt === undefined ? "" : `, valid until ${new Date(expiresAt * 1000).toISOString()}`;
  const words = policy === undefined || policyProblem !== undefined ? [] : describePolicy(policy, manifest);
  return [
    `  Certificate ${certificateId}`,
    `    from ${baseModelId}`,
    `    by ${publisher} in block ${blockNumber}${until}`,
    ...(status === "active" ? [] : [red(`    ${status}: it certifies nothing`)]),
    ...(policyProblem === undefined ? [] : [red(`    MEANINGLESS policy: ${policyProblem}`)]),
    ...(isKeyFrozen === true
      ? [yellow("    its verifying key takes no new certificates: the registry's owner froze it")]
      : []),
    ...words.map((line) => `    ${line}`),
    ...verificationLines(verification, { red, yellow, green }).map((line) => `    ${line}`),
  ];
}

function verificationLines(
  verification: RegisteredVerification | undefined,
  { red, yellow, green }: Pick<Session["colors"], "red" | "yellow" | "green">,
): string[] {
  switch (verification?.outcome) {
    case undefined:
      return [];
    case "verified":
      return [
        green("verified here, on the calldata that registered it"),
        ...verification.notMade.map((check) => `not checked: ${check}`),
      ];
    case "invalid":
      return [red(`INVALID: ${verification.error.shortMessage}`)];
    case "could-not-check":
      return [yellow(`could not be verified: ${verification.error.shortMessage}`)];
  }
}

/** What the verdict says about the very bytes that were given. */
function fileLines({ bytes, manifest }: QueryOutcomeInput): string[] {
  if (bytes === undefined || manifest === undefined) return [];
  const step = largestStep(manifest);
  const half = short(step / 2);
  if (bytes.areThePublished === true) return ["  Files: byte for byte those that their publisher committed."];
  if (bytes.areThePublished === false) {
    return [
      `  Files: NOT the bytes that their publisher committed (${bytes.publishedIn ?? ""}). They round to the same weights, so a`,
      `  weight is at most half a step off what is certified (up to ${half}), and a step off the published one (up to ${short(step)}).`,
    ];
  }
  const why =
    bytes.publishedIn === undefined
      ? "give their publisher's model file, --tune tuned.model.json"
      : `${bytes.publishedIn} has no digests of files`;
  return [
    `  Files: the certificate is about these weights, rounded to steps; a weight is at most half a step off (up to ${half}).`,
    `  Whether they are byte for byte those that their publisher committed is not known: ${why}.`,
  ];
}

/** On whose word the answer is. */
function keyLines(
  { answer: { verdict, isInsecure }, isVerifiedHere }: QueryOutcomeInput,
  { colors: { red, bold } }: Session,
): string[] {
  const isYes = verdict === "certified" || verdict === "development-keys";
  return [
    ...(isYes && isInsecure
      ? [
          bold(red("  DEVELOPMENT KEYS: whoever made them can forge any proof.")),
          ...(verdict === "certified" ? [] : ["  For tests and local chains: --allow-development-keys."]),
        ]
      : []),
    ...(isYes && !isVerifiedHere
      ? [
          "  Proofs were not verified here: their validity is taken from the registry, through the RPC node. Where " +
            "its keys are from is not known.",
        ]
      : []),
  ];
}

/** The largest step of a manifest's tensors, in the weights' own unit. */
function largestStep(manifest: Manifest): number {
  const bits = manifest.tensors.flatMap((tensor) => ("fractionBits" in tensor ? [tensor.fractionBits] : []));
  return bits.length === 0 ? 0 : 2 ** -Math.min(...bits);
}

/** Three significant digits. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
