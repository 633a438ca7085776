import { network } from "hardhat";

/** A JSON-RPC node over HTTP on an embedded chain. */
export interface RpcNode {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a node on a free port of this machine; chain id 31337 unless told otherwise. */
export async function startRpcNode(chainId = 31337): Promise<RpcNode> {
  const server = await network.createServer({ override: { chainId } }, "127.0.0.1", 0);
  const { address, port } = await server.listen();
  return { url: `http://${address}:${port}`, close: () => server.close() };
}
