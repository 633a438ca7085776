import { expect } from "chai";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { circuitSourcesDigest, tierCircuitFile } from "../../src/node/circuit-sources.js";
import { TIER_NAMES, type TierName } from "../../src/protocol/tiers.js";
import { compileMain } from "../support/circuits.js";

interface CircuitSize {
  readonly constraints: number;
  readonly signals: number;
  readonly domainLog: number;
  readonly sourcesDigest: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What each tier was designed for: proving time and key size follow the domain (PROTOCOL 4). */
const LIMITS: Readonly<Record<TierName, { constraints: number; domainLog: number }>> = {
  nano: { constraints: 25_000, domainLog: 15 },
  small: { constraints: 45_000, domainLog: 16 },
  medium: { constraints: 65_000, domainLog: 16 },
  large: { constraints: 260_000, domainLog: 18 },
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

  it("were measured from the sources as they are: npm run measure -- constraints", async () => {
    for (const name of TIER_NAMES) {
      expect(record[name].sourcesDigest, name).to.equal(await circuitSourcesDigest(tierCircuitFile(name)));
    }
  });

  it("are those of nano as compiled here", async () => {
    const { r1cs } = await compileMain("nano");
    expect(r1cs.constraints.length).to.equal(record.nano.constraints);
    expect(r1cs.wireCount).to.equal(record.nano.signals);
  });

  for (const name of TIER_NAMES) {
    it(`keep ${name} under ${LIMITS[name].constraints} constraints and in a domain of 2^${LIMITS[name].domainLog}`, () => {
      expect(record[name].constraints).to.be.below(LIMITS[name].constraints);
      expect(record[name].domainLog).to.be.at.most(LIMITS[name].domainLog);
    });
  }
});
