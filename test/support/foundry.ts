import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

function find(name: "anvil" | "forge"): string | undefined {
  const packaged = fileURLToPath(
    new URL(`../../node_modules/@foundry-rs/${name}-linux-amd64/bin/${name}`, import.meta.url),
  );
  if (existsSync(packaged)) return packaged;
  return spawnSync(name, ["--version"]).status === 0 ? name : undefined;
}

/** The program of Foundry's npm package for this platform, else the one on the PATH, else `undefined`. */
export const findForge = (): string | undefined => find("forge");

/** As `findForge`: an Ethereum node that is not Hardhat's. */
export const findAnvil = (): string | undefined => find("anvil");
