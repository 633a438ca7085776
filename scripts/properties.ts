/**
 * Forge comes from its npm package, where there is one for the platform, or from the PATH. It compiles with the npm `solc`,
 * as everything here: a small program of its own stands in for the native compiler that forge would download.
 */
import { spawn } from "node:child_process";
import { chmod } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { makeDirectory, writeOutputs } from "../src/node/output-files.js";
import { findForge } from "../test/support/foundry.js";
import { readCommandLine } from "./command-line.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const { options, positionals } = readCommandLine({
  command: "npm run properties --",
  does:
    "Fuzzes the contracts, and walks their states at random, with forge: the properties are in\n" +
    "contracts/PROPERTIES.md, their tests in test/properties/. Some minutes.",
  positionals: [{ name: "[-- ARGUMENT…]", does: "handed to forge test" }],
  options: { match: { type: "string", value: "PATTERN", does: "only the tests of such names" } },
  example: "npm run properties -- --match invariant_ -- -vvv",
});

const forge = findForge();
if (forge === undefined) {
  console.error("properties: forge is not here: its npm package is for Linux on x64; elsewhere install Foundry");
  process.exit(3);
}

const compiler = `#!${process.execPath}
import { readFileSync } from "node:fs";
import solc from ${JSON.stringify(import.meta.resolve("solc"))};
if (process.argv.includes("--version")) {
  const version = solc.version().replace("Emscripten.clang", "Linux.g++");
  console.log("solc, the solidity compiler commandline interface\\nVersion: " + version);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
`;
await makeDirectory(`${ROOT}build/forge`);
await writeOutputs([{ path: `${ROOT}build/forge/solc`, content: compiler }]);
await chmod(`${ROOT}build/forge/solc`, 0o755);

const matching = options.match === undefined ? [] : ["--match-test", options.match];
const child = spawn(forge, ["test", "--root", ROOT, ...matching, ...positionals], {
  stdio: "inherit",
  env: { ...process.env, FOUNDRY_CONFIG: `${ROOT}test/properties/foundry.toml` },
});
child.on("exit", (code) => process.exit(code ?? 1));
