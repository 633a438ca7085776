import Table from "cli-table3";
import type { ExampleReport, Refusal } from "./run-example.js";

/** One table for a terminal: what every fine-tune was accepted and refused as. */
export function examplesTable(reports: readonly ExampleReport[]): string {
  const table = new Table({
    head: ["tune", "fti inspect", "accepted as", "refused as"],
    colWidths: [24, 30, 34, 52],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { name, tier, verdict, accepted, refused } of reports) {
    const { words, changedTiles, segments, seconds, gas } = accepted;
    const proof =
      `${words}\n${changedTiles} tiles, ${segments === 1 ? "1 segment" : `${segments} segments`} of tier ${tier}, ` +
      `${seconds.toFixed(1)} s, ${gas.toLocaleString("en-US")} gas`;
    table.push([name, verdict, proof, refused.map(refusalLines).join("\n")]);
  }
  return table.toString();
}

function refusalLines({ words, check, prover, segmentVerifier, circuit, verifier, registry }: Refusal): string {
  const parties = [
    `prover ${prover}`,
    ...(segmentVerifier === undefined ? [] : [`segment verifier at ${segmentVerifier}`]),
    ...(circuit === undefined ? [] : ["circuit"]),
    `verifier at ${verifier}`,
    `registry ${registry}`,
  ];
  const reason = check.length > 160 ? `${check.slice(0, 157)}…` : check;
  return `${words}: ${reason}\n  by ${parties.join(", ")}`;
}
