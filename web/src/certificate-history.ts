import type { Hex } from "../../src/algebra/hex.js";
import type { RegisteredCertificate } from "../../src/registry/records.js";
import { readEvents, topicsOf, type RegistryLogs } from "../../src/registry/logs/events.js";

/** How a certificate ended, by its publisher's will. */
export type Ending =
  | { readonly status: "revoked"; readonly blockNumber: number; readonly reason: string }
  | { readonly status: "superseded"; readonly blockNumber: number; readonly by: Hex };

/** Somebody's word about a model, policy or certificate. */
export interface Statement {
  readonly publisher: Hex;
  readonly uri: string;
  /** Of what is there. */
  readonly contentHash: Hex;
}

/** `undefined` if it was neither revoked nor superseded, or its node has no event of it. Throws `UnavailableError`. */
export async function endingOf(
  source: RegistryLogs,
  { certificateId, publisher, status }: Pick<RegisteredCertificate, "certificateId" | "publisher" | "status">,
): Promise<Ending | undefined> {
  if (status === "superseded") {
    const [event] = await readEvents(source, topicsOf("CertificateSuperseded", [certificateId]));
    if (event === undefined) return undefined;
    return { status, blockNumber: event.blockNumber, by: event.args.newId };
  }
  if (status !== "revoked") return undefined;
  const [revoked] = await readEvents(source, topicsOf("CertificateRevoked", [certificateId]));
  if (revoked === undefined) return undefined;
  const { blockNumber, transactionHash, index } = revoked;
  const explanations = await readEvents(source, topicsOf("RevocationExplained", [publisher]), {
    fromBlock: blockNumber,
    toBlock: blockNumber,
  });
  // It closes its batch, and a transaction can have several.
  const own = explanations.find((each) => each.transactionHash === transactionHash && each.index > index);
  return { status, blockNumber, reason: own === undefined ? "" : own.args.reason };
}

/** What was said about something, oldest first. Anybody can say anything. Throws `UnavailableError`. */
export async function statementsAbout(source: RegistryLogs, subjectId: Hex): Promise<Statement[]> {
  const events = await readEvents(source, topicsOf("MetadataPublished", [subjectId]));
  return events.map(({ args: { publisher, uri, contentHash } }) => ({ publisher, uri, contentHash }));
}
