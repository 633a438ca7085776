/** Measures what the repository keeps a record of. `npm run measure -- --help` explains it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { TIER_NAMES } from "../src/protocol/tiers.js";
import { readCommandLine } from "./command-line.js";

const {
  positionals: [what, ...tiers],
  refuse,
} = readCommandLine({
  command: "npm run measure --",
  does:
    "Measures one thing anew and writes the record that tests and documents are held to:\n" +
    "  gas           of the registry: test/contracts/gas.snapshot.json, and a table\n" +
    "  constraints   of the circuits: circuits/constraints.json; about three minutes for all tiers\n" +
    "  numbers       the README's: docs/numbers.json; runs the demo and a benchmark, some minutes\n" +
    "  coverage      of the contracts by their tests: a report, and no record",
  positionals: [
    { name: "WHAT", does: "gas, constraints, numbers or coverage" },
    { name: "[TIER…]", does: "constraints: only of these tiers; the others keep their record" },
  ],
  options: {},
  example: "npm run measure -- constraints nano small",
});

if (what !== "constraints" && tiers.length > 0) refuse(`unexpected argument ${tiers.join(" ")}`);
switch (what) {
  case "gas":
    await (await import("./measure/gas.js")).recordGas();
    break;
  case "constraints": {
    const unknown = tiers.find((name) => !TIER_NAMES.some((tier) => tier === name));
    if (unknown !== undefined) refuse(`there is no tier ${unknown}; there are ${TIER_NAMES.join(", ")}`);
    const chosen = TIER_NAMES.filter((name) => tiers.length === 0 || tiers.includes(name));
    await (await import("./measure/constraints.js")).recordConstraints(chosen);
    break;
  }
  case "numbers":
    await (await import("./measure/numbers.js")).recordNumbers();
    break;
  case "coverage":
    process.exitCode = coverage();
    break;
  default:
    refuse(what === undefined ? "measure what?" : `${what} cannot be measured`);
}

function coverage(): number {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const tests = ["test/contracts/*.test.ts", "test/interop/solidity-vectors.test.ts"];
  const { status } = spawnSync(`npx hardhat test mocha --coverage ${tests.join(" ")}`, {
    cwd: root,
    shell: true,
    stdio: "inherit",
  });
  return status ?? 1;
}
