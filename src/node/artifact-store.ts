import { rmSync } from "node:fs";
import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ArtifactError, UnavailableError } from "../errors/errors.js";
import { firstIssue } from "../errors/first-issue.js";
import type { TierName } from "../protocol/tiers.js";
import {
  ARTIFACT_ROLES,
  artifactManifestSchema,
  type ArtifactManifest,
  type ArtifactRole,
  type StoredFile,
} from "../groth16/manifest.js";
import { circuitSourcesDigest, tierCircuitFile } from "./circuit-sources.js";
import { nodeDisk } from "./disk.js";
import { onInterrupt } from "./interrupts.js";
import { createMark, removeLeftFolders } from "./left-behind.js";
import { makeDirectory, writeOutputs } from "./output-files.js";
import { cachedSha256File, sha256File } from "./sha256-file.js";

/**
 * The store of setup artifacts:
 *
 *     <root>/objects/<sha256>/<file>   the files, by digest
 *     <root>/tiers/<tier>.json         the manifest: which files make up a tier
 */
export interface ArtifactStoreOptions {
  /** Default: `FTI_HOME`, else `.fti` in the working directory. */
  readonly root?: string;
  /** Default: the tier's main component in this package. */
  readonly circuitFile?: string;
}

/** A tier's artifacts, every digest checked. */
export interface OpenedArtifacts {
  readonly manifest: ArtifactManifest;
  /** True for a development setup: print `warning`. */
  readonly insecure: boolean;
  readonly warning: string | undefined;
  /** Absolute paths by role. */
  readonly paths: Readonly<Record<ArtifactRole, string>>;
}

export function artifactRoot(options: ArtifactStoreOptions = {}): string {
  return resolve(options.root ?? process.env["FTI_HOME"] ?? ".fti");
}

export function manifestPath(root: string, tier: TierName): string {
  return join(root, "tiers", `${tier}.json`);
}

export function objectPath(root: string, stored: StoredFile): string {
  return join(root, "objects", stored.sha256, stored.file);
}

/**
 * Opens a tier's artifacts. Throws `ArtifactError` naming the file, both digests and the remedy when something is
 * missing, changed, truncated, made for another tier or from other circuit sources. Files are hashed once a process.
 */
export async function openArtifacts(tier: TierName, options: ArtifactStoreOptions = {}): Promise<OpenedArtifacts> {
  const root = artifactRoot(options);
  const manifest = await readManifest(root, tier);
  const sources = await circuitSourcesDigest(options.circuitFile ?? tierCircuitFile(tier));
  if (sources !== manifest.circuitSourcesDigest) {
    throw new ArtifactError(manifestPath(root, tier), "was made from other circuit sources or with another compiler", {
      expectedDigest: sources,
      actualDigest: manifest.circuitSourcesDigest,
      remedy: `Expected sources ${sources}, the setup has ${manifest.circuitSourcesDigest}. ${remedy(tier)}`,
    });
  }
  const paths: Partial<Record<ArtifactRole, string>> = {};
  for (const role of ARTIFACT_ROLES) paths[role] = await checkObject(root, tier, manifest.files[role]);
  return {
    manifest,
    insecure: manifest.insecure,
    warning: manifest.warning,
    paths: paths as Record<ArtifactRole, string>,
  };
}

/** The tier's manifest alone; files are not looked at. Throws `ArtifactError`. */
export async function readManifest(root: string, tier: TierName): Promise<ArtifactManifest> {
  const path = manifestPath(root, tier);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new ArtifactError(path, `no setup for tier ${tier}`, { remedy: remedy(tier), cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ArtifactError(path, "is not JSON", { remedy: remedy(tier), cause });
  }
  const parsed = artifactManifestSchema.safeParse(json);
  if (!parsed.success) {
    throw new ArtifactError(path, `is not a manifest of this version: ${firstIssue(parsed.error)}`, {
      remedy: remedy(tier),
      cause: parsed.error,
    });
  }
  if (parsed.data.tier !== tier) {
    throw new ArtifactError(path, `is for tier ${parsed.data.tier}, not for ${tier}`, { remedy: remedy(tier) });
  }
  return parsed.data;
}

/** The path of a stored file whose content has its digest. Throws `ArtifactError`. */
export async function checkObject(root: string, tier: TierName, stored: StoredFile): Promise<string> {
  const path = objectPath(root, stored);
  const expectedDigest = stored.sha256;
  try {
    await stat(path);
  } catch (cause) {
    const options = { expectedDigest, remedy: `Expected SHA-256 ${expectedDigest}. ${remedy(tier)}`, cause };
    throw new ArtifactError(path, "is missing", options);
  }
  const { sha256, bytes } = await cachedSha256File(path).catch((cause: unknown) => {
    throw new UnavailableError(`${path}: cannot be read`, { remedy: "Check the file's permissions.", cause });
  });
  if (sha256 !== expectedDigest) {
    const how = bytes < stored.bytes ? `truncated to ${bytes} of ${stored.bytes} bytes` : "changed";
    throw new ArtifactError(path, `was ${how}`, {
      expectedDigest,
      actualDigest: sha256,
      remedy: `Expected SHA-256 ${expectedDigest}, found ${sha256}. ${remedy(tier)}`,
    });
  }
  return path;
}

function remedy(tier: TierName): string {
  return (
    `For a registry that exists, copy the setup that it was deployed with (folder .fti). For a new one, or to ` +
    `try things out: fti setup --tier ${tier} --dev, or with --ptau FILE for production.`
  );
}

/**
 * Runs `work` with a fresh directory in the store's own file system, which is removed afterwards, also by Ctrl-C. Those of
 * setups that were killed before are removed too.
 */
export async function withStaging<T>(root: string, work: (directory: string) => Promise<T>): Promise<T> {
  const staging = join(root, "staging");
  await removeLeftFolders(staging);
  const directory = join(staging, createMark());
  const forget = onInterrupt(() => {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  try {
    await mkdir(directory, { recursive: true });
    return await work(directory);
  } finally {
    forget();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Moves a finished file into the store under `file`, once it is on the medium. */
export async function storeFile(root: string, from: string, file: string): Promise<StoredFile> {
  const handle = await open(from, "r+");
  await handle.sync().finally(() => handle.close());
  const { sha256, bytes } = await sha256File(from);
  const stored = { file, sha256, bytes };
  const path = objectPath(root, stored);
  await makeDirectory(dirname(path));
  nodeDisk.rename(from, path);
  nodeDisk.syncFolder(dirname(path));
  return stored;
}

/** Writes a tier's manifest; the one before, if any, is replaced in one step. */
export async function writeManifest(root: string, manifest: ArtifactManifest): Promise<void> {
  const checked = artifactManifestSchema.parse(manifest);
  const path = manifestPath(root, checked.tier);
  await makeDirectory(dirname(path));
  await writeOutputs([{ path, content: `${JSON.stringify(checked, null, 2)}\n` }]);
}
