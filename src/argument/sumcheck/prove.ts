import type { Fr } from "../../algebra/fr.js";
import type { RoundProver } from "../../kernels/backend.js";
import type { Transcript } from "../transcript/transcript.js";

/** Runs a sumcheck to its end: every round polynomial is absorbed before its variable is bound. */
export async function runSumcheck<Finals>(
  numRounds: number,
  prover: RoundProver<Finals>,
  transcript: Transcript,
): Promise<{ rounds: Fr[][]; point: Fr[]; finals: Finals }> {
  const rounds: Fr[][] = [];
  const point: Fr[] = [];
  for (let k = 0; k < numRounds; k++) {
    const message = await prover.round();
    const challenge = transcript.challenge(message);
    await prover.bind(challenge);
    rounds.push(message);
    point.push(challenge);
  }
  return { rounds, point, finals: await prover.finals() };
}
