import { fileURLToPath } from "node:url";
import { BrowserProvider, type JsonRpcApiProvider } from "ethers";
import { assertInstalled } from "./installed.js";

const PACKAGE_ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A chain that lives in this process. Its accounts 0, 1, … are unlocked and funded; nothing of it is secret. */
export interface EmbeddedChain {
  readonly provider: JsonRpcApiProvider;
  close(): Promise<void>;
}

/** Starts Hardhat's simulated network (chain id 31337) with an empty chain. */
export async function startEmbeddedChain(): Promise<EmbeddedChain> {
  assertInstalled(["hardhat"], "a chain in this process");
  // Imported late: Hardhat is slow to load, and its plugins clash if a loader has turned it into CommonJS before.
  const { createHardhatRuntimeEnvironment } = await import("hardhat/hre");
  const hardhat = await createHardhatRuntimeEnvironment({}, {}, PACKAGE_ROOT);
  const connection = await hardhat.network.create();
  const provider = new BrowserProvider(connection.provider, undefined, { cacheTimeout: -1 });
  return {
    provider,
    close: async () => {
      provider.destroy();
      await connection.close();
    },
  };
}
