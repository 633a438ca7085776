import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { circuitSourcesDigest, tierCircuitFile } from "../../src/node/circuit-sources.js";
import { compileCircuit } from "../../src/node/compile-circuit.js";
import { fileSystem } from "../../src/node/file-source.js";
import { TIER_NAMES, type TierName } from "../../src/protocol/tiers.js";
import { domainLog, openR1cs } from "../../src/groth16/setup/r1cs.js";

const RECORD = fileURLToPath(new URL("../../circuits/constraints.json", import.meta.url));

/** One circuit after `--O2`. */
interface CircuitSize {
  readonly constraints: number;
  /** Signals that are left, the constant 1 among them. */
  readonly signals: number;
  /** log2 of the Groth16 domain. */
  readonly domainLog: number;
  /** Of the sources and the compiler that were measured. */
  readonly sourcesDigest: string;
}

async function measure(tier: TierName): Promise<CircuitSize> {
  const circuitFile = tierCircuitFile(tier);
  const temporary = await mkdtemp(join(tmpdir(), `constraints-${tier}-`));
  try {
    const compiled = await compileCircuit(circuitFile, join(temporary, tier));
    const source = await fileSystem.open(compiled.r1cs);
    try {
      const r1cs = await openR1cs(source);
      return {
        constraints: r1cs.constraints,
        signals: r1cs.signals,
        domainLog: domainLog(r1cs),
        sourcesDigest: await circuitSourcesDigest(circuitFile),
      };
    } finally {
      await source.close();
    }
  } finally {
    await rm(temporary, { recursive: true });
  }
}

/** Measures the circuits of these tiers and records them in circuits/constraints.json; the others keep their record. */
export async function recordConstraints(tiers: readonly TierName[]): Promise<void> {
  const record = JSON.parse(await readFile(RECORD, "utf8").catch(() => "{}")) as Partial<Record<TierName, CircuitSize>>;
  for (const tier of TIER_NAMES.filter((name) => tiers.includes(name))) {
    const size = await measure(tier);
    record[tier] = size;
    console.log(`${tier}: ${size.constraints} constraints, domain 2^${size.domainLog}`);
  }
  const sorted = Object.fromEntries(TIER_NAMES.map((name) => [name, record[name]]));
  await writeFile(RECORD, `${JSON.stringify(sorted, null, 2)}\n`);
}
