import { groth16 } from "snarkjs";
import type { SegmentStatement } from "./statement.js";
import { VerificationError } from "../errors/errors.js";
import type { SegmentProof } from "./proof.js";
import { circuitInput } from "./circuit-input.js";
import { parseSnarkjsProof, verifyGroth16, type Groth16Proof, type Groth16VerifyingKey } from "../groth16/groth16.js";
import type { PublicSignals } from "./public-signals.js";

/** What the wrapper's prover needs of a setup; files by path or as bytes. */
export interface ProvingArtifacts {
  /** Witness calculator of the tier's circuit. */
  readonly wasm: string | Uint8Array;
  readonly zkey: string | Uint8Array;
  readonly verifyingKey: Groth16VerifyingKey;
}

/**
 * Wraps a segment proof. The result is checked against the verifying key before it is returned, so that a wrong
 * witness or mismatched files never leave as a proof. Throws `VerificationError` in phase "wrap".
 */
export async function proveWrapped(
  statement: SegmentStatement,
  proof: SegmentProof,
  signals: PublicSignals,
  artifacts: ProvingArtifacts,
): Promise<Groth16Proof> {
  let made: Awaited<ReturnType<typeof groth16.fullProve>>;
  try {
    made = await groth16.fullProve(circuitInput(statement, proof, signals), artifacts.wasm, artifacts.zkey);
  } catch (cause) {
    if (cause instanceof Error && cause.message.includes("Assert Failed")) {
      throw new VerificationError("wrap", "the segment proof does not satisfy the circuit");
    }
    throw cause;
  }
  const wrapped = parseSnarkjsProof(made.proof);
  if (!verifyGroth16(artifacts.verifyingKey, [signals.h, signals.eta, signals.v], wrapped)) {
    throw new VerificationError(
      "wrap",
      "the wrapped proof does not verify: witness calculator, proving and verifying key do not belong together",
    );
  }
  return wrapped;
}
