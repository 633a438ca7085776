import { Option } from "commander";
import { join } from "node:path";
import { isFolder } from "../node/text-file.js";
import type { Hex } from "../algebra/hex.js";
import { folderLogStore } from "../node/log-folder.js";
import { connectRpc } from "../node/rpc.js";
import { DriftRegistryClient } from "../registry/client.js";
import { parseCount } from "./command.js";
import { rpcOptions } from "./commands/register.js";
import { artifactsRoot, type Session } from "./session.js";

/** Options of commands that read a registry. */
export interface ReadOptions {
  readonly rpc: string;
  readonly registry: Hex;
  readonly fromBlock?: number;
  readonly artifacts?: string;
}

export const readOptions = (): Option[] => [
  ...rpcOptions(),
  new Option("--from-block <n>", "oldest block to search (default: 0)").argParser(parseCount),
];

/**
 * Connects to a registry to read it. What its node has told is kept beside the artifacts, where there are any, so that the
 * next command asks for new blocks alone.
 */
export async function readRegistry(
  options: ReadOptions,
  session: Session,
): Promise<{ readonly client: DriftRegistryClient; readonly chainId: bigint }> {
  const { provider, chainId } = await connectRpc(options.rpc);
  session.onClose(() => {
    provider.destroy();
    return Promise.resolve();
  });
  const root = artifactsRoot(options.artifacts, session.env);
  const store = (await isFolder(root)) ? folderLogStore(join(root, "logs"), options.rpc) : undefined;
  const client = new DriftRegistryClient(options.registry, provider, { deployedAt: options.fromBlock, store });
  await client.assertPresent();
  return { client, chainId };
}
