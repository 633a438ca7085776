import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "../../src/algebra/hex.js";
import { UnavailableError } from "../../src/errors/errors.js";
import type { Deployment } from "../../src/node/deployments.js";
import { findChromium, launchChromium } from "../../test/web/support/chromium.js";
import { buildSite, serveSite } from "../../test/web/support/site.js";

/**
 * Builds the explorer page, serves it for a deployment, and takes a picture of a model once its lineage is drawn; serves
 * on until interrupted if it stays. Throws `UnavailableError` where there is no Chromium for the picture.
 */
export async function showPage(
  deployment: Deployment,
  rpc: string,
  model: Hex,
  { screenshot, stays }: { readonly screenshot: string | undefined; readonly stays: boolean },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fti-page-"));
  await buildSite(folder);
  const site = await serveSite(folder);
  const { registry, chainId, block: fromBlock, insecure } = deployment;
  const config = { rpc, registry, chainId, fromBlock, keys: insecure ? "development" : "ceremony" };
  site.offer("config.json", JSON.stringify(config));
  const url = `${site.url}#/model/${model}`;
  try {
    if (screenshot !== undefined) await photograph(url, screenshot);
    if (stays) {
      process.stdout.write(`The page is at ${url} (Ctrl-C ends it)\n`);
      await new Promise((resolve) => process.once("SIGINT", resolve));
    }
  } finally {
    await site.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function photograph(url: string, path: string): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined) throw new UnavailableError("there is no Chromium to take a picture with");
  const browser = await launchChromium(chromium);
  try {
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    await page.goto(url);
    // Base, LoRA and edit.
    await page.locator("svg.lineage a.model").nth(2).waitFor();
    await page.screenshot({ path, fullPage: true });
  } finally {
    await browser.close();
  }
}
