/**
 * Measures the circuits and records them in circuits/constraints.json.
 *
 *   tsx scripts/count-constraints.ts            all tiers; about two minutes
 *   tsx scripts/count-constraints.ts nano small only these, the others keep their record
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TIER_NAMES, type TierName } from "../src/protocol/tiers.js";
import { circuitSourcesDigest } from "./circuit-sources-digest.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RECORD = join(ROOT, "circuits", "constraints.json");
const require = createRequire(import.meta.url);

/** One circuit after `--O2`. */
interface CircuitSize {
  readonly constraints: number;
  readonly wires: number;
  readonly privateInputs: number;
  /** log2 of the smallest domain that holds the constraints and one row for each public signal and for 1. */
  readonly domainLog2: number;
  /** Of the sources and compiler that were measured. */
  readonly sourcesDigest: string;
}

async function measure(tier: TierName, sourcesDigest: string): Promise<CircuitSize> {
  const output = await mkdtemp(join(tmpdir(), `constraints-${tier}-`));
  try {
    const args = [`circuits/main/${tier}.circom`, "--r1cs", "--O2", "-l", "node_modules", "-o", output];
    const run = spawnSync(process.execPath, [require.resolve("circom2/cli.js"), ...args], {
      cwd: ROOT,
      encoding: "utf8",
    });
    if (run.status !== 0) throw new Error(`circom failed for tier ${tier}:\n${run.stdout}${run.stderr}`);
    return { ...(await readHeader(join(output, `${tier}.r1cs`))), sourcesDigest };
  } finally {
    await rm(output, { recursive: true });
  }
}

/** Counts from a `.r1cs` file: the header section may stand before or after the constraints. */
async function readHeader(path: string): Promise<Omit<CircuitSize, "sourcesDigest">> {
  const file = await open(path);
  try {
    const read = async (at: number, length: number): Promise<Buffer> =>
      (await file.read(Buffer.alloc(length), 0, length, at)).buffer;
    let at = 12;
    for (let section = await read(at, 12); section.readUInt32LE(0) !== 1; section = await read(at, 12)) {
      at += 12 + Number(section.readBigUInt64LE(4));
    }
    // Field size and prime (4 + 32 bytes), wires, public outputs and inputs, private inputs, labels, constraints.
    const header = await read(at + 12 + 36, 28);
    const [wires, outputs, inputs, privateInputs] = [0, 4, 8, 12].map((offset) => header.readUInt32LE(offset)) as [
      number,
      number,
      number,
      number,
    ];
    const constraints = header.readUInt32LE(24);
    return { constraints, wires, privateInputs, domainLog2: Math.ceil(Math.log2(constraints + outputs + inputs + 1)) };
  } finally {
    await file.close();
  }
}

const asked = process.argv.slice(2);
const tiers = TIER_NAMES.filter((name) => asked.length === 0 || asked.includes(name));
const record = JSON.parse(await readFile(RECORD, "utf8").catch(() => "{}")) as Partial<Record<TierName, CircuitSize>>;
const digest = await circuitSourcesDigest(ROOT);
for (const tier of tiers) {
  record[tier] = await measure(tier, digest);
  console.log(`${tier}: ${record[tier].constraints} constraints, domain 2^${record[tier].domainLog2}`);
}
const sorted = Object.fromEntries(
  TIER_NAMES.flatMap((name) => (record[name] === undefined ? [] : [[name, record[name]]])),
);
await writeFile(RECORD, `${JSON.stringify(sorted, null, 2)}\n`);
