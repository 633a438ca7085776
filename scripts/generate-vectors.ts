import { format, resolveConfig } from "prettier";
import { makeSegmentVectors, SEGMENT_VECTORS_PATH } from "../test/support/segment-vectors.js";
import type { GeneratedFiles } from "./generated-files.js";

/** The vectors that the TypeScript, circom and Solidity verifiers share. */
export async function vectorsFiles(): Promise<GeneratedFiles> {
  const style = await resolveConfig(SEGMENT_VECTORS_PATH);
  const text = await format(JSON.stringify(await makeSegmentVectors()), { ...style, parser: "json" });
  return new Map([["test/vectors/segments.json", text]]);
}
