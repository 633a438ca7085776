import type { Provider, Result } from "ethers";
import type { Hex } from "../../encoding/hex.js";
import { assertCertificateRecord, contradiction, type CertificateIds } from "../check-record.js";
import { driftRegistryInterface } from "../encode.js";
import { scanLogs, type ScanOptions, type Topic } from "./scan.js";

/** Which registry. */
export interface RegistryPlace {
  readonly chainId: bigint;
  readonly registry: Hex;
}

/** Which of its certificates: all that agree with every field. */
export interface CertificateFilter {
  readonly tunedModelId?: Hex | undefined;
  readonly baseModelId?: Hex | undefined;
  /** Block of the registry's deployment: spares public nodes a search from block 0. */
  readonly fromBlock?: number | undefined;
  readonly toBlock?: number | undefined;
}

/** A certificate as it was registered. What has become of it since is another question. */
export interface LoggedCertificate extends CertificateIds {
  /** Seconds since 1970; `undefined` for never. */
  readonly expiresAt: number | undefined;
  readonly changedTiles: number;
  readonly blockNumber: number;
  readonly transactionHash: Hex;
}

/**
 * Certificates of a registry from its logs alone, oldest first, a page for each request that found some: memory does not
 * grow with the registry. Every id is checked against what it is made of. Throws `UnavailableError` if the node cannot be
 * asked or contradicts itself.
 */
export async function* scanCertificates(
  provider: Pick<Provider, "getLogs" | "getBlockNumber">,
  place: RegistryPlace,
  filter: CertificateFilter = {},
  options: ScanOptions = {},
): AsyncGenerator<readonly LoggedCertificate[]> {
  const { tunedModelId = null, baseModelId = null, fromBlock = 0 } = filter;
  const topics = driftRegistryInterface.encodeFilterTopics("CertificateRegistered", [tunedModelId, baseModelId]);
  const toBlock = filter.toBlock ?? (await provider.getBlockNumber());
  const query = { address: place.registry, topics: topics as Topic[], fromBlock, toBlock };
  for await (const page of scanLogs(provider, query, options)) {
    yield page.map((log) => {
      const event = driftRegistryInterface.parseLog(log);
      if (event === null) throw contradiction(`registry ${place.registry}`, "an event is none of the registry's");
      return decode(event.args, place, log.blockNumber, log.transactionHash as Hex);
    });
  }
}

function decode(args: Result, place: RegistryPlace, blockNumber: number, transactionHash: Hex): LoggedCertificate {
  const hex = (name: string): Hex => String(args.getValue(name)).toLowerCase() as Hex;
  const expiresAt = Number(args.getValue("expiresAt"));
  const ids = {
    certificateId: hex("certificateId"),
    publisher: hex("publisher"),
    baseModelId: hex("baseModelId"),
    tunedModelId: hex("tunedModelId"),
    policyId: hex("policyId"),
  };
  assertCertificateRecord(ids, place.chainId, place.registry);
  return {
    ...ids,
    expiresAt: expiresAt === 0 ? undefined : expiresAt,
    changedTiles: Number(args.getValue("changedTiles")),
    blockNumber,
    transactionHash,
  };
}
