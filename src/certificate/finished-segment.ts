import { InputError, VerificationError } from "../errors/errors.js";
import type { WrappedSegment } from "../segment/wrapped-segment.js";
import type { Groth16VerifyingKey } from "../groth16/groth16.js";
import { differenceOfHeads } from "./head-codec.js";
import { verifyingKeyDigest, type SegmentPart } from "./segment-part.js";
import type { TrustAnchors } from "../segment/trust-anchors.js";
import { assertWrappedSegment } from "../segment/verify-wrapped-segment.js";
import { areSamePlans } from "./plan-certificate.js";
import { publishedUses, type CertificatePlan } from "../segment/planned-segment.js";

/** Whether a part that an earlier run left can be taken over, and if not, why it has to be proven again. */
export type Finished =
  { readonly usable: true; readonly segment: WrappedSegment } | { readonly usable: false; readonly reason: string };

/**
 * Checks a part against the plan whose segment `index` it should be, as strictly as a verifier: nothing is trusted because
 * of where it was found. A part of the same certificate that is split in another way, was proven with another key or is not
 * valid is to be proven again.
 *
 * Throws `InputError` if it belongs to another certificate altogether: it may be somebody's hours of work.
 */
export function takeOver(
  plan: CertificatePlan,
  index: number,
  { label, part }: { readonly label: string; readonly part: SegmentPart },
  verifyingKey: Groth16VerifyingKey,
  anchors: TrustAnchors,
): Finished {
  const difference = differenceOfHeads(part.head, plan.head);
  if (difference !== undefined) {
    throw new InputError(`${label}: is a segment of another certificate: ${difference}`, {
      remedy: "Give another --work folder, or remove that file if it is no longer needed.",
    });
  }
  const again = (reason: string): Finished => ({ usable: false, reason });
  if (part.verifyingKeyDigest !== verifyingKeyDigest(verifyingKey)) return again("was proven with another key");
  const planned = plan.segments[index];
  const { segment } = part;
  const isPlanned =
    planned !== undefined &&
    part.index === index &&
    areSamePlans(part.plan, plan.segments.map(publishedUses)) &&
    part.prevMerkleRoot === planned.prevMerkleRoot &&
    segment.nextMerkleRoot === planned.nextMerkleRoot &&
    segment.tiles.join() === planned.tiles.join() &&
    areSamePlans([segment.uses], [publishedUses(planned)]);
  if (!isPlanned) return again("is of another plan");
  try {
    assertWrappedSegment(`segment ${index}`, plan.head, segment, part.prevMerkleRoot, anchors);
  } catch (error) {
    if (error instanceof VerificationError) return again(`is not valid (${error.shortMessage})`);
    throw error;
  }
  return { usable: true, segment };
}
