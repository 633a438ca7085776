import type { Hex } from "../../src/encoding/hex.js";
import type { CertificateStatus } from "../../src/registry/records.js";
import { hexArgument, readEvents, topicsOf, type EventSource } from "./registry-events.js";

/** A certificate as the registry's events tell of it. */
export interface LoggedCertificate {
  readonly certificateId: Hex;
  readonly publisher: Hex;
  readonly baseModelId: Hex;
  readonly tunedModelId: Hex;
  readonly policyId: Hex;
  readonly status: CertificateStatus;
  readonly blockNumber: number;
}

export interface LogFilter {
  readonly tunedModelId?: Hex;
  readonly baseModelId?: Hex;
  readonly certificateIds?: readonly Hex[];
}

/** Ids in one question at most: nodes limit its length. */
const IDS_AT_ONCE = 100;

/**
 * The registered certificates that fit, oldest first, and what has become of them: for pictures and lists, where asking
 * for each record would take too long. Throws `UnavailableError`.
 */
export async function certificateLog(
  source: EventSource,
  { tunedModelId, baseModelId, certificateIds }: LogFilter,
): Promise<LoggedCertificate[]> {
  const registered = (
    await inGroups(certificateIds, (ids) =>
      readEvents(source, topicsOf("CertificateRegistered", [tunedModelId ?? null, baseModelId ?? null, ids])),
    )
  ).map((event) => {
    const expiresAt = Number(event.args.getValue("expiresAt"));
    const hasExpired = expiresAt !== 0 && expiresAt * 1000 <= Date.now();
    return {
      certificateId: hexArgument(event, "certificateId"),
      publisher: hexArgument(event, "publisher"),
      baseModelId: hexArgument(event, "baseModelId"),
      tunedModelId: hexArgument(event, "tunedModelId"),
      policyId: hexArgument(event, "policyId"),
      status: hasExpired ? ("expired" as const) : ("active" as const),
      blockNumber: event.blockNumber,
    };
  });
  if (registered.length === 0) return [];
  const ended = await endedAmong(
    source,
    registered.map(({ certificateId }) => certificateId),
  );
  return registered.map((each) => ({ ...each, status: ended.get(each.certificateId) ?? each.status }));
}

/** Ids of the certificates of a publisher, oldest first. Throws `UnavailableError`. */
export async function publishedBy(source: EventSource, publisher: Hex): Promise<Hex[]> {
  const events = await readEvents(source, topicsOf("CertificatePublished", [publisher]));
  return events.map((event) => hexArgument(event, "certificateId"));
}

/** Which of them were superseded or revoked. What was superseded can still be revoked: the later event counts. */
async function endedAmong(source: EventSource, ids: readonly Hex[]): Promise<Map<Hex, CertificateStatus>> {
  const [revoked, superseded] = [topicsOf("CertificateRevoked", []), topicsOf("CertificateSuperseded", [])];
  const names = [...revoked, ...superseded] as Hex[];
  const events = await inGroups(ids, (group) => readEvents(source, [names, group]));
  return new Map(
    events.map((event) =>
      event.name === "CertificateRevoked"
        ? [hexArgument(event, "certificateId"), "revoked"]
        : [hexArgument(event, "oldId"), "superseded"],
    ),
  );
}

async function inGroups<T>(
  ids: readonly Hex[] | undefined,
  ask: (group: readonly Hex[] | null) => Promise<readonly T[]>,
): Promise<T[]> {
  if (ids === undefined) return [...(await ask(null))];
  const answers: T[] = [];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) answers.push(...(await ask(ids.slice(at, at + IDS_AT_ONCE))));
  return answers;
}
