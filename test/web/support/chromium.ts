import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where systems keep a Chromium. */
const USUAL_PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The browser of the tests, `FTI_CHROMIUM` first; `undefined` if the machine has none, or if that is set to nothing. */
export function findChromium(): string | undefined {
  const named = process.env["FTI_CHROMIUM"];
  if (named === "") return undefined;
  if (named === undefined) return USUAL_PLACES.find((path) => existsSync(path));
  if (!existsSync(named)) throw new Error(`FTI_CHROMIUM names ${named}, which is not there`);
  return named;
}

/** Starts it without a window, offline but for this machine. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
  });
}
