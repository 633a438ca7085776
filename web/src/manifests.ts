import { parseModel } from "../../src/commitment/model-file.js";
import { keccakText } from "../../src/algebra/keccak.js";
import type { Hex } from "../../src/algebra/hex.js";
import { encodeManifest, parseManifest, type Manifest } from "../../src/quantize/manifest.js";

/**
 * Manifests that this visit has met, in files or at published addresses, by their hash. The registry has the hash
 * alone; with the text its policies can be read in words and checked.
 */
const known = new Map<Hex, string>();

/** Remembers a manifest's canonical text and returns its hash. Throws `InputError` if it is malformed. */
export function learnManifest(text: string): Hex {
  const canonical = encodeManifest(parseManifest(JSON.parse(text) as unknown));
  const hash = keccakText(canonical);
  known.set(hash, canonical);
  return hash;
}

/** The manifest of a file: that of a committed model (`base.model.json`), or a manifest itself. */
export function learnManifestFile(text: string, name: string): Hex {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return learnManifest(parseModel(text, name).manifest);
  }
  const isModelFile = typeof json === "object" && json !== null && "commitments" in json;
  return learnManifest(isModelFile ? parseModel(text, name).manifest : text);
}

/** The canonical text with that hash, if it was met. */
export function manifestOf(hash: Hex | undefined): string | undefined {
  return hash === undefined ? undefined : known.get(hash);
}

/** The same, parsed. */
export function parsedManifestOf(hash: Hex | undefined): Manifest | undefined {
  const text = manifestOf(hash);
  return text === undefined ? undefined : parseManifest(JSON.parse(text) as unknown);
}
