import { createRequire } from "node:module";
import hardhatToolboxMochaEthers from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

/** Instrumented code is larger than the EVM allows, and too deep for the inliner: it counts lines, nothing else. */
const measuresCoverage = process.argv.includes("--coverage");
const optimizer = measuresCoverage
  ? { enabled: true, runs: 1, details: { inliner: false, yulDetails: { optimizerSteps: "u:" } } }
  : { enabled: true, runs: 200 };

/**
 * Who signs on public chains: a key from Hardhat's keystore (or the environment), or with FTI_SIGNER=remote the accounts
 * of the node, behind which a hardware wallet can be. Never a key in a file.
 */
const accounts = process.env["FTI_SIGNER"] === "remote" ? ("remote" as const) : [configVariable("FTI_DEPLOYER_KEY")];
const remote = (variable: string, chainId?: number) => ({
  type: "http" as const,
  url: configVariable(variable),
  accounts,
  ...(chainId === undefined ? {} : { chainId }),
});

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
  networks: {
    default: { type: "edr-simulated", allowUnlimitedContractSize: measuresCoverage },
    sepolia: { ...remote("SEPOLIA_RPC_URL", 11_155_111), chainType: "l1" },
    hoodi: { ...remote("HOODI_RPC_URL", 560_048), chainType: "l1" },
    baseSepolia: { ...remote("BASE_SEPOLIA_RPC_URL", 84_532), chainType: "op" },
    // Any other chain.
    rpc: remote("FTI_RPC_URL"),
  },
  coverage: { skipFiles: ["examples/**", "test/contracts/mocks/**"] },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  paths: { sources: ["contracts", "examples", "test/contracts/mocks"], tests: { mocha: "test" } },
});
