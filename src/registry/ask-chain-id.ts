import { UnavailableError } from "../errors/errors.js";

/**
 * The chain of a JSON-RPC node over HTTP. Asked by hand, before a provider is made: ethers would try for ever where nobody
 * answers. `remedy`: what a user can do about it. Throws `UnavailableError`.
 */
export async function askChainId(
  url: string,
  { timeoutMs, remedy }: { readonly timeoutMs: number; readonly remedy: string },
): Promise<bigint> {
  const unreachable = (detail: string, cause?: unknown): UnavailableError =>
    new UnavailableError(`${url}: ${detail}`, { remedy, cause });
  let answer: unknown;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = await response.json();
  } catch (cause) {
    throw unreachable("no RPC node answers", cause);
  }
  const result = typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
  if (typeof result !== "string" || !/^0x[0-9a-fA-F]+$/u.test(result)) {
    throw unreachable("the answer is not that of an RPC node");
  }
  return BigInt(result);
}
