import type { Provider } from "ethers";
import type { Hex } from "../../src/encoding/hex.js";
import { UnavailableError } from "../../src/errors/errors.js";
import { driftRegistryInterface } from "../../src/registry/encode.js";
import { decodeRegistryFailure } from "../../src/registry/revert.js";

/** A certificate as its event tells of it. */
export interface LoggedCertificate {
  readonly certificateId: Hex;
  readonly publisher: Hex;
  readonly baseModelId: Hex;
  readonly tunedModelId: Hex;
  readonly policyId: Hex;
  readonly blockNumber: number;
}

export interface LogFilter {
  readonly tunedModelId?: Hex;
  readonly baseModelId?: Hex;
  readonly fromBlock: number;
}

/**
 * The registered certificates that fit, oldest first. The questions that `DriftRegistryClient` does not answer: what was
 * derived from a base, and by whom. Throws `UnavailableError`.
 */
export async function certificateLog(
  provider: Provider,
  registry: Hex,
  { tunedModelId, baseModelId, fromBlock }: LogFilter,
): Promise<LoggedCertificate[]> {
  const topics = driftRegistryInterface.encodeFilterTopics("CertificateRegistered", [
    tunedModelId ?? null,
    baseModelId ?? null,
  ]);
  try {
    const logs = await provider.getLogs({ address: registry, topics, fromBlock });
    const entries = logs.flatMap((log) => {
      const args = driftRegistryInterface.parseLog(log)?.args;
      if (args === undefined) return [];
      const field = (name: string): Hex => String(args.getValue(name)).toLowerCase() as Hex;
      return [
        {
          certificateId: field("certificateId"),
          publisher: field("publisher"),
          baseModelId: field("baseModelId"),
          tunedModelId: field("tunedModelId"),
          policyId: field("policyId"),
          blockNumber: log.blockNumber,
        },
      ];
    });
    const isAskedFor = (entry: LoggedCertificate): boolean =>
      (tunedModelId === undefined || entry.tunedModelId === tunedModelId) &&
      (baseModelId === undefined || entry.baseModelId === baseModelId);
    if (!entries.every(isAskedFor)) {
      throw new UnavailableError("the node answers with events that were not asked for", {
        remedy: "Do not rely on this node. Ask another one.",
      });
    }
    return entries;
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}
