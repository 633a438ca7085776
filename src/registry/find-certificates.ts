import type { Hex } from "../algebra/hex.js";
import { contradiction } from "./check-record.js";
import { eventsOf, eventsSince, type RegistryConnection } from "./connection.js";
import {
  listCertificates,
  loggedCertificates,
  withStatus,
  type CertificateFilter,
  type LoggedStanding,
} from "./logs/certificates.js";
import { checkedCertificate, findRecord } from "./read-records.js";
import type { RegisteredCertificate } from "./records.js";

/**
 * Certificates that agree with every field of the filter, oldest first: from the logs, and then record by record, as
 * whoever relies on one needs it. For many, `listCertificates` and `withStatus` ask less. `fromBlock` spares public nodes
 * a search from the deployment. Throws `UnavailableError` also where the node contradicts itself, `RegistryError`.
 */
export async function findCertificates(
  registry: RegistryConnection,
  filter: CertificateFilter,
  fromBlock?: number,
): Promise<RegisteredCertificate[]> {
  const certificates: RegisteredCertificate[] = [];
  for (const logged of await listCertificates(eventsSince(registry, fromBlock), filter)) {
    const { certificateId: id } = logged;
    const record = await findRecord(registry, "certificate", id);
    if (record === undefined) throw contradiction(`certificate ${id}`, "it has an event of it, and no record");
    certificates.push(await checkedCertificate(registry, logged, record));
  }
  return certificates;
}

/** How many certificates are a publisher's, and the `most` newest of them, the newest first. Throws `UnavailableError`. */
export async function newestOfPublisher(
  registry: RegistryConnection,
  publisher: Hex,
  most: number,
): Promise<{ readonly count: number; readonly newest: LoggedStanding[] }> {
  const published = await eventsOf(registry, "CertificatePublished", [publisher]);
  const ids = published.map(({ args }) => args.certificateId);
  const { events } = registry;
  const newest = await withStatus(events, await loggedCertificates(events, ids.slice(-most)));
  return { count: ids.length, newest: newest.reverse() };
}
