import type { Hex } from "../algebra/hex.js";
import type { RegistryConnection } from "./connection.js";
import { readEvents, topicsOf } from "./logs/events.js";
import type { RegisteredCertificate } from "./records.js";

/** How a certificate ended, by its publisher's will. */
export type Ending =
  | { readonly status: "revoked"; readonly blockNumber: number; readonly reason: string }
  | { readonly status: "superseded"; readonly blockNumber: number; readonly by: Hex };

/** `undefined` if it was neither revoked nor superseded, or its node has no event of it. Throws `UnavailableError`. */
export async function endingOf(
  { events: source }: Pick<RegistryConnection, "events">,
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
