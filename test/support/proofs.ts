import type { SegmentStatement } from "../../src/segment/statement.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { eqTable } from "../../src/algebra/eq.js";
import { innerProduct } from "../../src/algebra/univariate.js";
import type { SegmentProof } from "../../src/segment/proof.js";
import { proveSegment, type ProvenSegment } from "../../src/segment/prove.js";
import { verifySegment, type VerifiedSegment } from "../../src/segment/verify.js";
import type { Fr } from "../../src/algebra/fr.js";
import { poseidonEx } from "../../src/argument/transcript/poseidon.js";
import { heldBy, type SegmentCase } from "./segments.js";

/** An honest proof with all that it was made from. */
export interface ProvenCase extends SegmentCase {
  readonly proven: Omit<ProvenSegment, "combined"> & { readonly combined: Fr[] };
}

export async function proveCase(segment: SegmentCase): Promise<ProvenCase> {
  const { statement, witness, randomness } = segment;
  const held = await heldBy(referenceBackend, randomness);
  const proven = await proveSegment(statement, witness, held, referenceBackend, poseidonEx);
  return { ...segment, proven: { ...proven, combined: await referenceBackend.toFr(proven.combined) } };
}

/** Why a proof is rejected: the phase, or "accepted". */
export function rejectionPhase(statement: SegmentStatement, proof: SegmentProof): string {
  const result = verifySegment(statement, proof);
  return result.valid ? "accepted" : result.error.phase;
}

/** Whether the polynomial takes the claimed value at the claimed point: what an opening of its commitment proves. */
export function opens(polynomial: readonly Fr[], { claim }: Pick<VerifiedSegment, "claim">): boolean {
  return innerProduct(eqTable(claim.z), polynomial) === claim.y;
}
