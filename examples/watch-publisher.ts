// How do I hear of it when a publisher certifies something, or takes it back?
//
//   npx tsx examples/watch-publisher.ts PUBLISHER [BLOCK]
//
// FTI_RPC: a node; FTI_REGISTRY: the registry; BLOCK: where to start, by default now. Ends after a revocation.
import { JsonRpcProvider } from "ethers";
import { DriftRegistryClient, type Hex } from "fine-tuning-integrity";
import { watchRegistry } from "fine-tuning-integrity/registry";

const [publisher = "", block] = process.argv.slice(2);
const provider = new JsonRpcProvider(process.env["FTI_RPC"]);
const registry = new DriftRegistryClient(process.env["FTI_REGISTRY"] as Hex, provider);
const theirs = new Set<Hex>();

// On a public chain some `confirmations`, as blocks can be replaced: then "reorganized" names the first such block.
const fromBlock = block === undefined ? undefined : Number(block);
for await (const change of watchRegistry(registry.events, { fromBlock, intervalMs: 1_000 })) {
  if (change.kind === "reorganized") {
    console.log(`forget what was said from block ${change.fromBlock} on`);
  } else if (change.kind === "registered") {
    const { certificate } = change;
    if (certificate.publisher !== publisher.toLowerCase()) continue;
    theirs.add(certificate.certificateId);
    console.log(`block ${change.blockNumber}: certified ${certificate.tunedModelId}`);
  } else if (theirs.has(change.certificateId)) {
    console.log(`block ${change.blockNumber}: ${change.kind} ${change.certificateId}`);
    if (change.kind === "revoked") break;
  }
}
process.exit();
