import type { Hex } from "../algebra/hex.js";
import type { FoundCertificate } from "./found-certificate.js";

/** Certificates above a model, by the model that they lead to. */
export interface CertificatesAbove {
  readonly byTuned: ReadonlyMap<Hex, readonly FoundCertificate[]>;
  /** Whether there is nothing beyond what was gathered. */
  readonly isComplete: boolean;
}

/** Certificates of a path at most, as many as the registry follows. */
const LONGEST_PATH = 64;
/** Unfinished paths that are followed at a time: what strangers register must not make a search endless. */
const MOST_PATHS = 4_096;

/** Walks up from a model, breadth first and not beyond the base, until `most` certificates are known. */
export async function gatherAbove(
  modelId: Hex,
  baseModelId: Hex,
  leadingTo: (modelId: Hex) => Promise<readonly FoundCertificate[]>,
  most: number,
): Promise<CertificatesAbove> {
  const byTuned = new Map<Hex, readonly FoundCertificate[]>();
  let count = 0;
  let level: Hex[] = [modelId];
  for (let depth = 0; depth < LONGEST_PATH && level.length > 0; depth++) {
    const above = new Set<Hex>();
    for (const id of level) {
      if (count >= most) return { byTuned, isComplete: false };
      const found = await leadingTo(id);
      byTuned.set(id, found);
      count += found.length;
      for (const { certificate } of found) above.add(certificate.baseModelId);
    }
    level = [...above].filter((id) => id !== baseModelId && !byTuned.has(id));
  }
  return { byTuned, isComplete: level.length === 0 };
}

/**
 * Paths of certificates that lead from the base to the model, the oldest certificate first, short paths first; no model
 * comes twice. Only of certificates that `isUsable`, and `most` at most.
 */
export function pathsBetween(
  baseModelId: Hex,
  modelId: Hex,
  { byTuned }: CertificatesAbove,
  isUsable: (certificate: FoundCertificate) => boolean,
  most: number,
): { readonly paths: readonly (readonly FoundCertificate[])[]; readonly isComplete: boolean } {
  const paths: (readonly FoundCertificate[])[] = [];
  let isComplete = true;
  let open: (readonly FoundCertificate[])[] = [[]];
  for (let length = 0; length < LONGEST_PATH && open.length > 0; length++) {
    const longer: (readonly FoundCertificate[])[] = [];
    for (const path of open) {
      const [top] = path;
      const visited = new Set([modelId, ...path.map(({ certificate }) => certificate.baseModelId)]);
      for (const next of byTuned.get(top?.certificate.baseModelId ?? modelId) ?? []) {
        const { baseModelId: above } = next.certificate;
        if (visited.has(above) || !isUsable(next)) continue;
        if (paths.length + longer.length >= MOST_PATHS || paths.length >= most) isComplete = false;
        else if (above === baseModelId) paths.push([next, ...path]);
        else longer.push([next, ...path]);
      }
    }
    open = longer;
  }
  return { paths, isComplete };
}
