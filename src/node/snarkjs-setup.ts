import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { zKey } from "snarkjs";
import { ArtifactError, InputError } from "../errors/errors.js";
import { noProgress, type SetupProgress } from "../groth16/setup/progress.js";

const require = createRequire(import.meta.url);

/** A public random value that closes phase 2, chosen before it was known: a block hash, a drand round. */
export interface Beacon {
  /** Hex digits without 0x, an even number, at most 255 bytes. */
  readonly hash: string;
  /** log2 of the number of SHA-256 iterations, 10 to 63. */
  readonly iterationsLog2: number;
}

/** Throws `InputError` for a beacon that snarkjs would refuse. */
export function assertBeacon(beacon: Beacon): void {
  if (!/^([0-9a-f]{2}){1,255}$/.test(beacon.hash)) {
    throw new InputError(
      `beacon hash ${JSON.stringify(beacon.hash)} is not 1 to 255 bytes of lowercase hex without 0x`,
    );
  }
  const { iterationsLog2 } = beacon;
  if (!Number.isInteger(iterationsLog2) || iterationsLog2 < 10 || iterationsLog2 > 63) {
    throw new InputError(`beacon iterations are 2^${iterationsLog2}, expected an exponent from 10 to 63`);
  }
}

/**
 * Makes a proving key from a prepared ceremony file by snarkjs's phase 2: new, one contribution of the system's
 * randomness, beacon, verification of the whole chain. `ptau` must have passed `assertPhase2Ready`. Intermediate keys
 * stay in `directory`, which is the caller's to remove. Returns snarkjs's hashes of contribution and beacon.
 *
 * The key is sound if one contributor forgot their randomness; here that is this process. More contributors: run
 * snarkjs's own `zkey contribute` before.
 */
export async function ceremonyZkey(
  files: { readonly r1cs: string; readonly ptau: string; readonly zkey: string; readonly directory: string },
  beacon: Beacon,
  onProgress: SetupProgress = noProgress,
): Promise<readonly string[]> {
  assertBeacon(beacon);
  const steps = 4;
  const initial = join(files.directory, "phase2-initial.zkey");
  const contributed = join(files.directory, "phase2-contributed.zkey");

  onProgress("phase 2: new key", 0, steps);
  const circuitHash: unknown = await zKey.newZKey(files.r1cs, files.ptau, initial);
  if (!(circuitHash instanceof Uint8Array)) {
    throw new ArtifactError(files.ptau, `snarkjs cannot make a proving key for ${files.r1cs} from it`);
  }
  onProgress("phase 2: contribution", 1, steps);
  const entropy = randomBytes(64).toString("hex");
  const contribution: unknown = await zKey.contribute(initial, contributed, "fti setup", entropy);
  onProgress("phase 2: beacon", 2, steps);
  const closing: unknown = await zKey.beacon(contributed, files.zkey, "beacon", beacon.hash, beacon.iterationsLog2);
  onProgress("phase 2: verification", 3, steps);
  // snarkjs 0.7.6 leaves the ceremony file open in here; Node closes it with a warning.
  if (!(await zKey.verifyFromInit(initial, files.ptau, files.zkey))) {
    throw new ArtifactError(files.zkey, "the finished key does not verify against the ceremony file");
  }
  onProgress("phase 2: verification", steps, steps);
  return [contribution, closing].map((hash) => Buffer.from(hash as Uint8Array).toString("hex"));
}

/** snarkjs's verifying key (JSON text) and Solidity verifier of a proving key. */
export async function exportVerifier(zkey: string): Promise<{ verificationKey: string; solidity: string }> {
  const key: unknown = await zKey.exportVerificationKey(zkey);
  const template = join(dirname(require.resolve("snarkjs")), "..", "templates", "verifier_groth16.sol.ejs");
  const templates = { groth16: await readFile(template, "utf8") };
  const solidity = (await zKey.exportSolidityVerifier(zkey, templates)) as string;
  return { verificationKey: `${JSON.stringify(key, null, 1)}\n`, solidity };
}

/**
 * Runs `work` and ends the worker threads that snarkjs starts behind it; without that the process would not exit. Threads
 * that were there before stay: they are somebody else's.
 */
export async function withSnarkjs<T>(work: () => Promise<T>): Promise<T> {
  const current = (): unknown => Reflect.get(globalThis, "curve_bn128");
  const before = current();
  try {
    return await work();
  } finally {
    const after = current();
    if (after !== before && typeof after === "object" && after !== null && "terminate" in after) {
      await (after as { terminate(): Promise<void> }).terminate();
    }
  }
}
