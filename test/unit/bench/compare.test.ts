import { expect } from "chai";
import { compareReports, machineDifferences, slowdowns } from "../../../bench/compare.js";
import { reportOf } from "./reports.js";

const PEER = { name: "peer", value: 40, ratio: 4 };

function measurement(name: string, value: number, peers = [PEER]): ReturnType<typeof reportOf>["measurements"][number] {
  return { name, unit: "ns", value, runs: 5, peers };
}

describe("comparing two benchmark reports", () => {
  it("finds what got slower, worst first, and leaves what is within the tolerance", () => {
    const before = reportOf({ measurements: ["a", "b", "c", "d"].map((name) => measurement(name, 10)) });
    const after = reportOf({
      measurements: [measurement("a", 14), measurement("b", 12.9), measurement("c", 20), measurement("d", 2)],
    });
    const changes = compareReports(before, after);
    expect(changes.map(({ name }) => name)).to.deep.equal(["a", "b", "c", "d"]);
    expect(slowdowns(changes, 1.3)).to.deep.equal([
      { name: "c", factor: 2, basis: "value" },
      { name: "a", factor: 1.4, basis: "value" },
    ]);
  });

  it("skips what only one report has and what changed its unit", () => {
    const before = reportOf({ measurements: [measurement("gone", 1), { ...measurement("unit", 1), unit: "s" }] });
    const after = reportOf({ measurements: [measurement("new", 1), measurement("unit", 100)] });
    expect(compareReports(before, after)).to.deep.equal([]);
  });

  it("takes the peer as the yardstick where the machines differ", () => {
    const before = reportOf({ measurements: [measurement("a", 10), measurement("b", 10, [])] });
    const after = reportOf({
      machine: { ...before.machine, processor: "slower" },
      // Twice as slow as before, and so is the peer: nothing got worse. Without a peer only the value is left.
      measurements: [measurement("a", 20, [{ name: "peer", value: 80, ratio: 4 }]), measurement("b", 20, [])],
    });
    expect(compareReports(before, after)).to.deep.equal([
      { name: "a", factor: 1, basis: "peer" },
      { name: "b", factor: 2, basis: "value" },
    ]);
  });

  it("names where the machines differ", () => {
    const { machine } = reportOf({});
    expect(machineDifferences(machine, machine)).to.deep.equal([]);
    expect(machineDifferences(machine, { ...machine, cores: 8 })).to.deep.equal(["cores: 2 before, 8 now"]);
  });
});
