import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to a request whose method is one of those that send transactions, and to all that follow it. */
export type Loss =
  /** Everything is answered. */
  | "none"
  /** The transaction reaches the node, its answer does not reach us. Then all is well. */
  | "answer"
  /** The transaction reaches the node; from then on nothing is answered. */
  | "node"
  /** Neither reaches anybody. Then all is well. */
  | "request";

/** A node behind a connection that fails when a transaction is sent. */
export interface FlakyNode {
  readonly url: string;
  /** What happens to the next transaction. */
  lose(loss: Loss): void;
  /** Transactions that have reached the node. */
  readonly sent: number;
  close(): Promise<void>;
}

/** Starts it in front of another node. */
export async function startFlakyNode(behind: string): Promise<FlakyNode> {
  let loss: Loss = "none";
  let isGone = false;
  let sent = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      const body = Buffer.concat(parts).toString("utf8");
      const isTransaction = /"method":"eth_send(Raw)?Transaction"/u.test(body);
      const now = isTransaction ? loss : "none";
      if (isTransaction) loss = "none";
      if (isGone || now === "request") return void request.socket.destroy();
      if (isTransaction) sent++;
      if (now === "node") isGone = true;
      const headers = { "content-type": "application/json" };
      const answer = await (await fetch(behind, { method: "POST", headers, body })).text();
      if (now === "none") response.writeHead(200, headers).end(answer);
      else request.socket.destroy();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    lose: (next) => {
      loss = next;
      isGone = false;
    },
    get sent() {
      return sent;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
