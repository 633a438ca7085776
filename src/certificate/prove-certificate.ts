import type { Policy } from "../policy/rule.js";
import type { MemoryBound } from "../segment/prover-memory.js";
import { srsId } from "../argument/kzg/srs.js";
import type { Tier } from "../protocol/tiers.js";
import type { Certificate } from "./certificate.js";
import type { WrappedSegment } from "../segment/wrapped-segment.js";
import type { SegmentPart } from "./segment-part.js";
import { assembleCertificate, partOf } from "./assemble-certificate.js";
import { divideByNeed } from "./divide-by-need.js";
import { planCertificate } from "./plan-certificate.js";
import { type CertificatePlan, type PublishingContext } from "../segment/planned-segment.js";
import { assertProvable, provePlannedSegment, type SegmentProverInput } from "../segment/prove-planned-segment.js";

export interface ProveCertificateInput extends SegmentProverInput {
  readonly policy: Policy;
  readonly context: PublishingContext;
  readonly tier: Tier;
  /** Whether the artifacts are those of a development setup. */
  readonly insecure: boolean;
  /** Smaller segments, where they would need more. */
  readonly memory?: MemoryBound;
}

/**
 * Proves that `tuned` differs from `base` only as the policy allows.
 *
 * Throws `PolicyViolation` before any proving if it does not, naming rule, tensor and number; `InputError` if the
 * models, the policy and the setup do not belong together.
 */
export async function proveCertificate(input: ProveCertificateInput): Promise<Certificate> {
  const plan = planCertificate({ ...input, base: input.base.committed, tuned: input.tuned.committed });
  return provePlan(await divideByNeed(plan, input.base, input.tuned, input.onProgress), input);
}

/** How `provePlan` keeps what is done. */
export interface ProgressKept {
  /** Segments that need not be proven again, by index; see `takeOver`. */
  readonly finished?: ReadonlyMap<number, WrappedSegment>;
  /** Told of every segment as it is proven; the next one waits. */
  readonly onSegment?: (part: SegmentPart) => Promise<void>;
}

/**
 * Proves the segments of a plan that are not finished, puts all together and verifies the whole. Budgets must be divided so
 * that they serve every segment (`divideByNeed`).
 */
export async function provePlan(
  plan: CertificatePlan,
  input: SegmentProverInput,
  { finished, onSegment }: ProgressKept = {},
): Promise<Certificate> {
  const { srs, artifacts } = input;
  const { verifyingKey } = artifacts;
  assertProvable(plan, input);
  const parts: SegmentPart[] = [];
  for (const { index } of plan.segments) {
    const kept = finished?.get(index);
    const part = partOf(plan, index, kept ?? (await provePlannedSegment(plan, index, input)), verifyingKey);
    if (kept === undefined) await onSegment?.(part);
    parts.push(part);
  }
  return assembleCertificate(
    parts.map((part) => ({ label: `segment ${part.index}`, part })),
    { srsId: srsId(srs), srs, verifyingKey: (tier) => (tier.id === plan.tier.id ? verifyingKey : undefined) },
  );
}
