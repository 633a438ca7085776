import { randomBytes } from "node:crypto";
import { copyFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { UnavailableError } from "../errors/errors.js";
import type { Pool } from "../kernels/wasm/pool.js";
import { srsId } from "../argument/kzg/srs.js";
import { PROTOCOL_VERSION } from "../protocol/constants.js";
import { TIERS, type TierName } from "../protocol/tiers.js";
import { ARTIFACT_MANIFEST_VERSION, INSECURE_WARNING, type ArtifactManifest } from "../groth16/manifest.js";
import { createFixedBase } from "../groth16/setup/fixed-base.js";
import { noProgress, type SetupProgress } from "../groth16/setup/progress.js";
import { assertPhase2Ready, openPtau, writeTruncatedPtau } from "../groth16/setup/ptau-file.js";
import { writeDevelopmentPtau } from "../groth16/setup/ptau.js";
import { domainLog, openR1cs, type R1cs } from "../groth16/setup/r1cs.js";
import { deriveToxicWaste, entropyOfSeed } from "../groth16/setup/toxic-waste.js";
import { writeDevelopmentZkey } from "../groth16/setup/zkey.js";
import { loadSrs } from "../groth16/srs-file.js";
import {
  artifactRoot,
  objectPath,
  openArtifacts,
  readManifest,
  storeFile,
  withStaging,
  writeManifest,
  type OpenedArtifacts,
} from "./artifact-store.js";
import { circuitSourcesDigest, tierCircuitFile } from "./circuit-sources.js";
import { compileCircuit } from "./compile-circuit.js";
import { fileSystem } from "./file-source.js";
import { createKernelThreads } from "./kernel-threads.js";
import { writeFileThrough, writeOutputs } from "./output-files.js";
import { sha256File } from "./sha256-file.js";
import { assertBeacon, ceremonyZkey, exportVerifier, withSnarkjs, type Beacon } from "./snarkjs-setup.js";

/** How the secrets come about. */
export type SetupMode =
  /** INSECURE: this process knows them. From the system's randomness, or from a seed where tests must repeat. */
  | { readonly kind: "dev"; readonly seed?: string }
  /** A public ceremony's file, prepared for phase 2, and the beacon that closes phase 2. */
  | { readonly kind: "ptau"; readonly file: string; readonly beacon: Beacon };

export interface SetupOptions {
  readonly tier: TierName;
  readonly mode: SetupMode;
  /** Root of the artifact store; default as in `artifactRoot`. */
  readonly root?: string;
  /** Main component; default the tier's own. */
  readonly circuitFile?: string;
  /** Threads for the development keys; default as many as the machine runs at a time. */
  readonly jobs?: number;
  readonly onProgress?: SetupProgress;
}

/** What phase 1 and 2 leave in the staging directory. */
interface Keys {
  readonly power: number;
  readonly ptauSource: ArtifactManifest["ptauSource"];
}

/**
 * Makes all artifacts of a tier and records them: compile, powers of tau, proving key, verifying key, manifest. An
 * earlier compilation of the same sources is taken over. Nothing is recorded unless everything succeeded. Returns what
 * `openArtifacts` then returns.
 */
export async function setupTier(options: SetupOptions): Promise<OpenedArtifacts> {
  const { tier, mode, onProgress = noProgress } = options;
  const root = artifactRoot(options);
  const circuitFile = options.circuitFile ?? tierCircuitFile(tier);
  if (mode.kind === "ptau") await assertUsablePtau(mode, TIERS[tier].ell);

  await withStaging(root, async (directory) => {
    const sourcesDigest = await circuitSourcesDigest(circuitFile);
    const circuit =
      (await earlierCompilation(root, tier, sourcesDigest, directory)) ??
      (await compileCircuit(circuitFile, join(directory, "circuit"), onProgress));
    const zkey = join(directory, "key.zkey");
    const ptau = join(directory, "powers.ptau");
    const source = await fileSystem.open(circuit.r1cs);
    const manifest = await withSnarkjs(async () => {
      const r1cs = await openR1cs(source);
      const power = Math.max(TIERS[tier].ell, domainLog(r1cs));
      const keys =
        mode.kind === "dev"
          ? await developmentKeys(mode.seed, r1cs, power, { ptau, zkey, jobs: options.jobs }, onProgress)
          : await ceremonyKeys(mode, power, { r1cs: circuit.r1cs, ptau, zkey, directory }, onProgress);
      onProgress("verifying key", 0, 1);
      const verifier = await exportVerifier(zkey);
      await writeOutputs([
        { path: join(directory, "vkey.json"), content: verifier.verificationKey },
        { path: join(directory, "verifier.sol"), content: verifier.solidity },
      ]);
      onProgress("verifying key", 1, 1);

      const insecure = mode.kind === "dev";
      const label = insecure ? `${tier}.insecure-dev` : tier;
      return {
        version: ARTIFACT_MANIFEST_VERSION,
        protocolVersion: PROTOCOL_VERSION,
        tier,
        insecure,
        ...(insecure ? { warning: INSECURE_WARNING } : {}),
        constraints: r1cs.constraints,
        domainLog2: domainLog(r1cs),
        circuitSourcesDigest: sourcesDigest,
        srs: { power: keys.power, srsId: await srsIdOf(ptau) },
        ptauSource: keys.ptauSource,
        files: {
          srs: await storeFile(root, ptau, `${label}.ptau`),
          r1cs: await storeFile(root, circuit.r1cs, `${tier}.r1cs`),
          wasm: await storeFile(root, circuit.wasm, `${tier}.wasm`),
          zkey: await storeFile(root, zkey, `${label}.zkey`),
          verificationKey: await storeFile(root, join(directory, "vkey.json"), `${label}.vkey.json`),
          verifierSource: await storeFile(root, join(directory, "verifier.sol"), `${label}.verifier.sol`),
        },
      } satisfies ArtifactManifest;
    }).finally(() => source.close());
    await writeManifest(root, manifest);
  });
  return openArtifacts(tier, { root, circuitFile });
}

async function developmentKeys(
  seed: string | undefined,
  r1cs: R1cs,
  power: number,
  { ptau, zkey, jobs }: { readonly ptau: string; readonly zkey: string; readonly jobs: number | undefined },
  onProgress: SetupProgress,
): Promise<Keys> {
  const waste = deriveToxicWaste(seed === undefined ? randomBytes(64) : entropyOfSeed(seed));
  const pool = await openPool(jobs ?? availableParallelism());
  try {
    const fixedBase = createFixedBase(pool, 4 * 2 ** power + 2 * r1cs.signals);
    await writeFileThrough(ptau, (sink) => writeDevelopmentPtau(sink, power, waste, fixedBase, onProgress));
    await writeFileThrough(zkey, async (sink) => {
      await writeDevelopmentZkey(sink, r1cs, waste, fixedBase, onProgress);
    });
  } finally {
    await pool?.close();
  }
  return { power, ptauSource: { kind: "insecure-dev" } };
}

/** Kernel threads, or undefined where WebAssembly cannot run them. */
async function openPool(jobs: number): Promise<Pool | undefined> {
  try {
    return await createKernelThreads({ jobs });
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}

async function ceremonyKeys(
  mode: { readonly file: string; readonly beacon: Beacon },
  power: number,
  files: { readonly r1cs: string; readonly ptau: string; readonly zkey: string; readonly directory: string },
  onProgress: SetupProgress,
): Promise<Keys> {
  const { file, beacon } = mode;
  await assertUsablePtau(mode, power);
  const contributions = await ceremonyZkey({ ...files, ptau: file }, beacon, onProgress);
  const source = await fileSystem.open(file);
  try {
    const ptau = await openPtau(source);
    await writeFileThrough(files.ptau, (sink) => writeTruncatedPtau(sink, ptau, power));
  } finally {
    await source.close();
  }
  const { sha256 } = await sha256File(file);
  const ptauSource = {
    kind: "ceremony" as const,
    file: basename(file),
    sha256,
    beacon,
    contributions: [...contributions],
  };
  return { power, ptauSource };
}

/** Fails before anything slow starts. */
async function assertUsablePtau(
  mode: { readonly file: string; readonly beacon: Beacon },
  minPower: number,
): Promise<void> {
  assertBeacon(mode.beacon);
  const source = await fileSystem.open(mode.file);
  try {
    assertPhase2Ready(await openPtau(source), minPower);
  } finally {
    await source.close();
  }
}

async function srsIdOf(path: string): Promise<string> {
  const source = await fileSystem.open(path);
  try {
    return srsId(await loadSrs(source, 2));
  } finally {
    await source.close();
  }
}

/** Copies of the circuit's files of an earlier setup, if it had the same sources and they are intact. */
async function earlierCompilation(
  root: string,
  tier: TierName,
  sourcesDigest: string,
  directory: string,
): Promise<{ readonly r1cs: string; readonly wasm: string } | undefined> {
  try {
    const { files, circuitSourcesDigest: digest } = await readManifest(root, tier);
    if (digest !== sourcesDigest) return undefined;
    const copies = { r1cs: join(directory, files.r1cs.file), wasm: join(directory, files.wasm.file) };
    for (const role of ["r1cs", "wasm"] as const) {
      await copyFile(objectPath(root, files[role]), copies[role]);
      if ((await sha256File(copies[role])).sha256 !== files[role].sha256) throw new Error("not the file of the setup");
    }
    return copies;
  } catch {
    // No or no usable setup before this one: compile.
    for (const name of [`${tier}.r1cs`, `${tier}.wasm`]) await rm(join(directory, name), { force: true });
    return undefined;
  }
}
