import { spawn } from "node:child_process";
import { UnavailableError } from "../../src/errors/errors.js";
import { findAnvil } from "../../test/support/foundry.js";

export interface Anvil {
  readonly url: string;
  close(): Promise<void>;
}

/** A fresh node that is not Hardhat's. Throws `UnavailableError` where there is none. */
export async function startAnvil(chainId: number): Promise<Anvil> {
  const anvil = findAnvil();
  if (anvil === undefined) {
    throw new UnavailableError("anvil is not here", {
      remedy: "Its npm package is for Linux on x64; elsewhere install Foundry.",
    });
  }
  const child = spawn(anvil, ["--port", "0", "--chain-id", String(chainId)], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.once("error", reject);
    child.once("exit", () => reject(new UnavailableError(`anvil ended: ${output.trim()}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const [, address] = /Listening on (127\.0\.0\.1:\d+)/u.exec(output) ?? [];
      if (address !== undefined) resolve(`http://${address}`);
    });
  });
  return {
    url,
    close: async () => {
      child.kill();
      await ended;
    },
  };
}
