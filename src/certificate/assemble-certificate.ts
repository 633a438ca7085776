import { InputError } from "../errors/errors.js";
import type { Certificate } from "./certificate.js";
import type { WrappedSegment } from "../segment/wrapped-segment.js";
import type { Groth16VerifyingKey } from "../groth16/groth16.js";
import { differenceOfHeads } from "./head-codec.js";
import { verifyingKeyDigest, type SegmentPart } from "./segment-part.js";
import type { TrustAnchors } from "../segment/trust-anchors.js";
import { verifyCertificate } from "./verify-certificate.js";
import { areSamePlans } from "./plan-certificate.js";
import { publishedUses, segmentOf, type CertificatePlan } from "../segment/planned-segment.js";

/** A proven segment with what it belongs to, to be kept or sent. */
export function partOf(
  plan: CertificatePlan,
  index: number,
  segment: WrappedSegment,
  verifyingKey: Groth16VerifyingKey,
): SegmentPart {
  return {
    head: plan.head,
    plan: plan.segments.map(publishedUses),
    index,
    prevMerkleRoot: segmentOf(plan, index).prevMerkleRoot,
    verifyingKeyDigest: verifyingKeyDigest(verifyingKey),
    segment,
  };
}

/** A part, and how messages name it: the path of its file. */
export interface LabeledPart {
  readonly label: string;
  readonly part: SegmentPart;
}

/**
 * Puts the segments of one certificate together, in whatever order they come, and verifies the whole.
 *
 * Throws `InputError` if a segment is missing or comes twice, naming it, or if two of them do not belong to the same
 * certificate, plan and setup, naming the first difference; `VerificationError` if the whole is not valid.
 */
export function assembleCertificate(parts: readonly LabeledPart[], anchors: TrustAnchors): Certificate {
  const [first] = parts;
  if (first === undefined) throw new InputError("there is no segment to assemble a certificate from");
  for (const other of parts.slice(1)) assertSameCertificate(first, other);
  const { head, plan } = first.part;

  const inOrder = plan.map((uses, index): LabeledPart => {
    const [part, again] = parts.filter((each) => each.part.index === index);
    if (part === undefined) {
      throw new InputError(
        `segment ${index} of ${plan.length} is missing (policy rules ${uses.map(({ ruleIndex }) => ruleIndex).join(", ")})`,
        {
          remedy: `Prove it: fti prove --segment ${index}, with the same inputs and the same --memory.`,
        },
      );
    }
    if (again !== undefined) {
      throw new InputError(`segment ${index} is there twice: ${part.label} and ${again.label}`, {
        remedy: "Give one of them.",
      });
    }
    return part;
  });
  let root = head.base.merkleRoot;
  for (const { label, part } of inOrder) {
    if (part.prevMerkleRoot !== root) {
      throw new InputError(
        `${label}: starts from the root ${part.prevMerkleRoot}, the segment before leads to ${root}`,
        {
          remedy: "Prove all segments with the same inputs.",
        },
      );
    }
    root = part.segment.nextMerkleRoot;
  }
  const certificate = { ...head, segments: inOrder.map(({ part }) => part.segment) };
  const result = verifyCertificate(certificate, anchors);
  if (!result.valid) throw result.error;
  return certificate;
}

function assertSameCertificate(one: LabeledPart, other: LabeledPart): void {
  const refuse = (difference: string): never => {
    throw new InputError(`${one.label} and ${other.label} are segments of different certificates: ${difference}`, {
      remedy: "Give the segments of one certificate, proven with the same inputs, setup and --memory.",
    });
  };
  const difference = differenceOfHeads(one.part.head, other.part.head);
  if (difference !== undefined) refuse(difference);
  if (!areSamePlans(one.part.plan, other.part.plan)) {
    refuse(
      `one is of ${one.part.plan.length} segments, the other of ${other.part.plan.length}, or of other rules or shares`,
    );
  }
  if (one.part.verifyingKeyDigest !== other.part.verifyingKeyDigest) refuse("they were proven with different keys");
}
