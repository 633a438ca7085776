import { expect } from "chai";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { circuitSourcesDigest } from "../../scripts/circuit-sources-digest.js";
import { TIER_NAMES, type TierName } from "../../src/protocol/tiers.js";
import { compileMain } from "../support/circuits.js";

interface CircuitSize {
  readonly constraints: number;
  readonly wires: number;
  readonly domainLog2: number;
  readonly sourcesDigest: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What each tier was designed for: proving time and key size follow the domain (PROTOCOL 4). */
const LIMITS: Readonly<Record<TierName, { constraints: number; domainLog2: number }>> = {
  nano: { constraints: 25_000, domainLog2: 15 },
  small: { constraints: 45_000, domainLog2: 16 },
  medium: { constraints: 65_000, domainLog2: 16 },
  large: { constraints: 260_000, domainLog2: 18 },
};

/** Templates that guess a value; the constraints that determine it are in the same file and have their own tests. */
const GUESSING = ["assert-nonzero.circom", "thermometer.circom"];

describe("circuit sources", () => {
  it("assign without a constraint only in the templates that determine the value otherwise", async () => {
    const directory = `${ROOT}circuits/lib/`;
    const guessing: string[] = [];
    for (const file of (await readdir(directory)).sort()) {
      if (/<--|-->/.test(await readFile(directory + file, "utf8"))) guessing.push(file);
    }
    expect(guessing).to.deep.equal(GUESSING);
  });
});

describe("constraint counts", () => {
  let record: Record<TierName, CircuitSize>;
  before(async () => {
    record = JSON.parse(await readFile(`${ROOT}circuits/constraints.json`, "utf8")) as Record<TierName, CircuitSize>;
  });

  it("were measured from the sources as they are: tsx scripts/count-constraints.ts", async () => {
    const digest = await circuitSourcesDigest(ROOT);
    for (const name of TIER_NAMES) expect(record[name].sourcesDigest, name).to.equal(digest);
  });

  it("are those of nano as compiled here", async () => {
    const { r1cs } = await compileMain("nano");
    expect(r1cs.constraints.length).to.equal(record.nano.constraints);
    expect(r1cs.wireCount).to.equal(record.nano.wires);
  });

  for (const name of TIER_NAMES) {
    it(`keep ${name} under ${LIMITS[name].constraints} constraints and in a domain of 2^${LIMITS[name].domainLog2}`, () => {
      expect(record[name].constraints).to.be.below(LIMITS[name].constraints);
      expect(record[name].domainLog2).to.be.at.most(LIMITS[name].domainLog2);
    });
  }
});
