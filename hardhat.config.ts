import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

/** Instrumented code is larger than the EVM allows, and too deep for the inliner: it counts lines, nothing else. */
const measuresCoverage = process.argv.includes("--coverage");
const optimizer = measuresCoverage
  ? { enabled: true, runs: 1, details: { inliner: false, yulDetails: { optimizerSteps: "u:" } } }
  : { enabled: true, runs: 200 };

export default defineConfig({
  plugins: [hardhatToolboxMochaEthers],
  solidity: {
    version: "0.8.37",
    path: require.resolve("solc/soljson.js"),
    settings: {
      optimizer,
      viaIR: true,
      evmVersion: "cancun",
      // The registry is close to the limit of 24,576 bytes.
      metadata: { appendCBOR: false },
    },
  },
  networks: { default: { type: "edr-simulated", allowUnlimitedContractSize: measuresCoverage } },
  paths: { tests: { mocha: "test" } },
});
