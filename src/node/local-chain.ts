/** Chain ids of Hardhat's, Anvil's and Ganache's local networks. */
const LOCAL_CHAIN_IDS: readonly bigint[] = [31337n, 1337n];

/** Whether a chain is one on which development keys do no harm. */
export function isLocalChain(chainId: bigint): boolean {
  return LOCAL_CHAIN_IDS.includes(chainId);
}
