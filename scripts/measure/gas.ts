import { writeFile } from "node:fs/promises";
import { startChain } from "../../test/contracts/support/chain.js";
import { measureGas } from "../../test/contracts/support/gas.js";

/** Measures the registry's gas and writes `test/contracts/gas.snapshot.json`, which a test holds it to. */
export async function recordGas(): Promise<void> {
  const chain = await startChain();
  const report = await measureGas(chain);
  const snapshot = new URL("../../test/contracts/gas.snapshot.json", import.meta.url);
  await writeFile(snapshot, `${JSON.stringify(report, null, 2)}\n`);
  for (const [name, gas] of Object.entries(report)) {
    console.log(`${name.padEnd(26)}${Number(gas).toLocaleString("en-US").padStart(12)}`);
  }
  await chain.close();
}
