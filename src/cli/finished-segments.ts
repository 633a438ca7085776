import { takeOver } from "../certificate/finished-segment.js";
import type { CertificatePlan } from "../segment/planned-segment.js";
import { FormatError } from "../errors/errors.js";
import { onInterrupt } from "../node/interrupts.js";
import type { Setup } from "../node/open-setup.js";
import type { SegmentFolder } from "../node/segment-folder.js";
import type { WrappedSegment } from "../segment/wrapped-segment.js";
import { parseSegmentPart } from "../certificate/segment-part-codec.js";
import type { Session } from "./session.js";

/**
 * The segments of a plan that an earlier run left in the folder, verified. Says which are taken over, and which have to be
 * proven again and why. Throws `InputError` if one is of another certificate.
 */
export async function readFinished(
  plan: CertificatePlan,
  folder: SegmentFolder,
  setup: Setup,
  session: Session,
): Promise<Map<number, WrappedSegment>> {
  const finished = new Map<number, WrappedSegment>();
  for (const { index } of plan.segments) {
    const text = await folder.read(index);
    if (text === undefined) continue;
    const label = folder.path(index);
    try {
      const part = parseSegmentPart(text, label);
      const found = takeOver(plan, index, { label, part }, setup.proving.verifyingKey, setup.anchors);
      if (found.usable) {
        finished.set(index, found.segment);
        session.note(`${label}: segment ${index} is proven already`);
      } else {
        session.note(`${label}: ${found.reason}; segment ${index} is proven again`);
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      session.note(`${error.shortMessage}; segment ${index} is proven again`);
    }
  }
  return finished;
}

/** The segments of a plan, where they are kept, and how many of them are. */
export interface KeptSegments {
  readonly plan: CertificatePlan;
  readonly folder: SegmentFolder;
  readonly kept: number;
}

/**
 * Runs `work`, which calls `onDone` for every further segment that is kept. If Ctrl-C or an error ends it, says what is
 * kept and how to continue.
 */
export async function keepingSegments<T>(
  { plan, folder, kept }: KeptSegments,
  session: Session,
  work: (onDone: () => void) => Promise<T>,
): Promise<T> {
  const all = plan.segments.length;
  let done = kept;
  const sayWhatIsKept = (): void => {
    if (done === 0) {
      session.note(`Stopped before the first of ${all} segment${all === 1 ? "" : "s"} was finished: none is kept.`);
      return;
    }
    session.note(
      `Stopped with ${done} of ${all} segment${all === 1 ? "" : "s"} finished. They are kept in ${folder.directory}: ` +
        "run the same command again to continue.",
    );
  };
  const forget = onInterrupt(sayWhatIsKept);
  try {
    return await work(() => {
      done++;
    });
  } catch (error) {
    if (done > 0) sayWhatIsKept();
    throw error;
  } finally {
    forget();
  }
}
