import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Builds the page into a folder, as `npm run web -- build` does into dist-web/. */
export async function buildSite(outDir: string): Promise<void> {
  await build({ configFile: join(ROOT, "web/vite.config.ts"), logLevel: "error", build: { outDir } });
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** A static site on a free port of this machine. */
export interface Site {
  readonly url: string;
  /** Puts a file beside the page, or in place of one. */
  offer(name: string, content: string | Uint8Array): void;
  close(): Promise<void>;
}

export async function serveSite(folder: string): Promise<Site> {
  const offered = new Map<string, string | Uint8Array>();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://site").pathname).replace(/^\/$/u, "/index.html");
    const content = offered.get(path.slice(1));
    (content === undefined ? readFile(join(folder, path)) : Promise.resolve(content))
      .then((body) =>
        response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(body),
      )
      .catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    offer: (name, content) => offered.set(name, content),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
