/**
 * Writes the vectors that the TypeScript, circom and Solidity verifiers share.
 *
 *   tsx scripts/generate-vectors.ts            write test/vectors/segments.json
 *   tsx scripts/generate-vectors.ts --check    write nothing; exit 1 when the file differs
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { format, resolveConfig } from "prettier";
import { makeSegmentVectors, SEGMENT_VECTORS_PATH } from "../test/support/segment-vectors.js";

async function run(isCheck: boolean): Promise<number> {
  const style = await resolveConfig(SEGMENT_VECTORS_PATH);
  const text = await format(JSON.stringify(await makeSegmentVectors()), { ...style, parser: "json" });
  const existing = await readFile(SEGMENT_VECTORS_PATH, "utf8").catch(() => undefined);
  if (existing === text) return 0;
  if (isCheck) {
    console.error("test/vectors/segments.json differs from what scripts/generate-vectors.ts writes: run it again");
    return 1;
  }
  await mkdir(dirname(SEGMENT_VECTORS_PATH), { recursive: true });
  await writeFile(SEGMENT_VECTORS_PATH, text);
  console.log("wrote test/vectors/segments.json");
  return 0;
}

process.exitCode = await run(process.argv.includes("--check"));
