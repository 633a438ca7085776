import { type Hex, type Manifest, parseManifest } from "fine-tuning-integrity";
import { manifestHash } from "fine-tuning-integrity/registry";
import { parseModel } from "fine-tuning-integrity/prove";

/**
 * Manifests that this visit has met, in files or at published addresses, by their hash. The registry has the hash
 * alone; with the text its policies can be read in words and checked.
 */
const known = new Map<Hex, Manifest>();

/** Remembers a manifest and returns its hash. */
export function learnManifest(manifest: Manifest): Hex {
  const hash = manifestHash(manifest);
  known.set(hash, manifest);
  return hash;
}

/** The manifest of a file: that of a committed model (`base.model.json`), or a manifest itself. Throws `InputError` if it is malformed. */
export function manifestOfFile(text: string, name: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return parseModel(text, name).manifest;
  }
  const isModelFile = typeof json === "object" && json !== null && "commitments" in json;
  return isModelFile ? parseModel(text, name).manifest : parseManifest(json);
}

/** Remembers the manifest of a file and returns its hash. Throws as `manifestOfFile`. */
export function learnManifestFile(text: string, name: string): Hex {
  return learnManifest(manifestOfFile(text, name));
}

/** The manifest with that hash, if it was met. */
export function manifestOf(hash: Hex | undefined): Manifest | undefined {
  return hash === undefined ? undefined : known.get(hash);
}
