import type { Hex } from "../../algebra/hex.js";
import { assertCertificateRecord, type CertificateIds } from "../check-record.js";
import type { CertificateStatus } from "../records.js";
import { eventPages, readEvents, topicsOf, topicsOfAny, type RegistryLogs, type RegistryEvent } from "./events.js";

/** Which certificates: all that agree with every field. */
export interface CertificateFilter {
  readonly tunedModelId?: Hex | undefined;
  readonly baseModelId?: Hex | undefined;
  readonly publisher?: Hex | undefined;
  readonly policyId?: Hex | undefined;
}

/** A certificate as it was registered. What has become of it since `withStatus` tells. */
export interface LoggedCertificate extends CertificateIds {
  /** Seconds since 1970; `undefined` for never. */
  readonly expiresAt: number | undefined;
  readonly changedTiles: number;
  readonly blockNumber: number;
  readonly transactionHash: Hex;
}

/** A certificate, and what has become of it by the node's logs and the clock here. */
export type LoggedStanding = LoggedCertificate & { readonly status: CertificateStatus };

/** Ids in one question at most: nodes limit its length. */
const IDS_AT_ONCE = 100;

/**
 * Certificates of a registry from its logs alone, oldest first, a page for each request that found some: memory does not
 * grow with the registry. Every id is checked against what it is made of. Throws `UnavailableError` if the node cannot be
 * asked or contradicts itself.
 */
export async function* scanCertificates(
  source: RegistryLogs,
  filter: CertificateFilter = {},
): AsyncGenerator<readonly LoggedCertificate[]> {
  const { tunedModelId = null, baseModelId = null, publisher, policyId } = filter;
  if (publisher === undefined && policyId === undefined) {
    const topics = topicsOf("CertificateRegistered", [tunedModelId, baseModelId]);
    for await (const page of eventPages(source, topics)) yield await decodeAll(source, page);
    return;
  }
  // Two events tell of a certificate: a log has room for three indexed arguments.
  const published = topicsOf("CertificatePublished", [publisher ?? null, policyId ?? null]);
  for await (const page of eventPages(source, published)) {
    const ids = page.map(({ args }) => args.certificateId);
    const range = { fromBlock: page[0]?.blockNumber ?? 0, toBlock: page.at(-1)?.blockNumber ?? 0 };
    const registered = await inGroups(ids, (group) =>
      readEvents(source, topicsOf("CertificateRegistered", [tunedModelId, baseModelId, group]), range),
    );
    if (registered.length > 0) yield await decodeAll(source, registered);
  }
}

/**
 * The same, all at once, from the store as far as they are known: for who asks again and again. Throws as
 * `scanCertificates`.
 */
export async function listCertificates(source: RegistryLogs, filter: CertificateFilter): Promise<LoggedCertificate[]> {
  const { tunedModelId, baseModelId, publisher, policyId } = filter;
  if (publisher === undefined && policyId === undefined) {
    const topics = topicsOf("CertificateRegistered", [tunedModelId ?? null, baseModelId ?? null]);
    return decodeAll(source, await readEvents(source, topics));
  }
  const published = await readEvents(source, topicsOf("CertificatePublished", [publisher ?? null, policyId ?? null]));
  const ids = published.map(({ args }) => args.certificateId);
  return (await loggedCertificates(source, ids)).filter(
    (each) =>
      (tunedModelId === undefined || each.tunedModelId === tunedModelId.toLowerCase()) &&
      (baseModelId === undefined || each.baseModelId === baseModelId.toLowerCase()),
  );
}

/** The certificates with these ids, oldest first. Throws as `scanCertificates`. */
export async function loggedCertificates(source: RegistryLogs, ids: readonly Hex[]): Promise<LoggedCertificate[]> {
  const registered = await inGroups(ids, (group) =>
    readEvents(source, topicsOf("CertificateRegistered", [null, null, group])),
  );
  return decodeAll(source, registered);
}

/**
 * What has become of certificates, for pictures and lists where asking for each record would take too long. A node can
 * leave out logs: whoever relies on a certificate asks for its record. Throws `UnavailableError`.
 */
export async function withStatus(
  source: RegistryLogs,
  certificates: readonly LoggedCertificate[],
): Promise<LoggedStanding[]> {
  const names = ["CertificateRevoked", "CertificateSuperseded"] as const;
  const ids = certificates.map(({ certificateId }) => certificateId);
  const events = await inGroups(ids, (group) => readEvents(source, topicsOfAny(names, [group])));
  // What was superseded can still be revoked: the later event counts.
  const ended = new Map<Hex, CertificateStatus>(
    events.map(({ name, args }) =>
      name === "CertificateRevoked" ? [args.certificateId, "revoked"] : [args.oldId, "superseded"],
    ),
  );
  return certificates.map((each) => {
    const hasExpired = each.expiresAt !== undefined && each.expiresAt * 1000 <= Date.now();
    return { ...each, status: ended.get(each.certificateId) ?? (hasExpired ? "expired" : "active") };
  });
}

async function decodeAll(
  source: RegistryLogs,
  events: readonly RegistryEvent<"CertificateRegistered">[],
): Promise<LoggedCertificate[]> {
  const { chainId } = await source.provider.getNetwork();
  return events.map((event) => decodeRegistered(event, chainId, source.registry));
}

/** What a `CertificateRegistered` event says. Throws `UnavailableError` if that is not what its id is made of. */
export function decodeRegistered(
  { args, blockNumber, transactionHash }: RegistryEvent<"CertificateRegistered">,
  chainId: bigint,
  registry: Hex,
): LoggedCertificate {
  const { certificateId, publisher, baseModelId, tunedModelId, policyId } = args;
  const ids = { certificateId, publisher, baseModelId, tunedModelId, policyId };
  assertCertificateRecord(ids, chainId, registry);
  return {
    ...ids,
    expiresAt: args.expiresAt === 0n ? undefined : Number(args.expiresAt),
    changedTiles: Number(args.changedTiles),
    blockNumber,
    transactionHash,
  };
}

async function inGroups<T>(ids: readonly Hex[], ask: (group: readonly Hex[]) => Promise<readonly T[]>): Promise<T[]> {
  const answers: T[] = [];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) answers.push(...(await ask(ids.slice(at, at + IDS_AT_ONCE))));
  return answers;
}
