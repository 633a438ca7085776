import type { BrowserContext } from "playwright-core";

/**
 * Gives the pages of a context a wallet (EIP-1193) that agrees to everything: it hands requests to a node that keeps its
 * accounts unlocked, and acts for one of them. With a name it announces itself by that (EIP-6963), beside others;
 * otherwise it is at `window.ethereum`.
 */
export async function installWallet(
  context: BrowserContext,
  rpc: string,
  account: string,
  name?: string,
): Promise<void> {
  const info = { uuid: name, rdns: `test.${name}`, name, icon: "data:," };
  await context.addInitScript(
    `(() => {
      const provider = {
        on() {}, removeListener() {},
        async request({ method, params = [] }) {
          if (method === "eth_requestAccounts" || method === "eth_accounts") return [${JSON.stringify(account)}];
          const response = await fetch(${JSON.stringify(rpc)}, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
          });
          const { result, error } = await response.json();
          if (error) throw Object.assign(new Error(error.message), error);
          return result;
        },
      };
      if (${name === undefined}) { window.ethereum = provider; return; }
      const detail = Object.freeze({ info: ${JSON.stringify(info)}, provider });
      const announce = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
      window.addEventListener("eip6963:requestProvider", announce);
      announce();
    })();`,
  );
}
