import type { Hex } from "../algebra/hex.js";
import { scanCertificates, withStatus, type CertificateFilter, type LoggedStanding } from "./logs/certificates.js";
import type { RegistryLogs } from "./logs/events.js";

/** The models around one, and the certificates between them: a graph from bases to tunes. */
export interface Lineage {
  /** The model that was asked for. */
  readonly focus: Hex;
  readonly models: readonly Hex[];
  readonly certificates: readonly LoggedStanding[];
  /** Whether there is nothing beyond what is listed. */
  readonly isComplete: boolean;
}

/** Certificates that lead to, or from, a model. */
export type Neighbors = (modelId: Hex) => Promise<readonly LoggedStanding[]>;

/**
 * Walks up to all bases of a model and down to all its tunes, breadth first, until `most` certificates are known. A
 * model's siblings are not among its lineage. Nothing is taken for acyclic: every model is visited once.
 */
export async function gatherLineage(
  focus: Hex,
  leadingTo: Neighbors,
  leadingFrom: Neighbors,
  most: number,
): Promise<Lineage> {
  const models = new Set<Hex>([focus]);
  const certificates = new Map<Hex, LoggedStanding>();
  let isComplete = true;
  const walk = async (neighbors: Neighbors, next: (certificate: LoggedStanding) => Hex): Promise<void> => {
    const visited = new Set<Hex>([focus]);
    const waiting: Hex[] = [focus];
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      for (const certificate of await neighbors(id)) {
        if (certificates.size >= most && !certificates.has(certificate.certificateId)) {
          isComplete = false;
          return;
        }
        certificates.set(certificate.certificateId, certificate);
        const other = next(certificate);
        models.add(other);
        if (visited.has(other)) continue;
        visited.add(other);
        waiting.push(other);
      }
    }
  };
  await walk(leadingTo, ({ baseModelId }) => baseModelId);
  await walk(leadingFrom, ({ tunedModelId }) => tunedModelId);
  return { focus, models: [...models], certificates: [...certificates.values()], isComplete };
}

/** `gatherLineage` from a registry's logs. Throws `UnavailableError`. */
export function lineageOf(source: RegistryLogs, focus: Hex, most = 1_000): Promise<Lineage> {
  const certificates = async (filter: CertificateFilter): Promise<LoggedStanding[]> => {
    const found: LoggedStanding[] = [];
    for await (const page of scanCertificates(source, filter)) {
      found.push(...(await withStatus(source, page)));
      // One more shows that there is more.
      if (found.length > most) break;
    }
    return found;
  };
  return gatherLineage(
    focus,
    (tunedModelId) => certificates({ tunedModelId }),
    (baseModelId) => certificates({ baseModelId }),
    most,
  );
}
