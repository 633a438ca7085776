// How do I publish a fine-tune with a certificate that says how far it is from its base?
//
//   npx tsx examples/publish.ts BASE TUNE OUT
//
// FTI_RPC: a node whose first account signs; FTI_REGISTRY: the registry. The keys are those of `fti setup --tier nano`.
import { writeFile } from "node:fs/promises";
import { JsonRpcProvider } from "ethers";
import { DriftRegistryClient, openBackend, openModel, type Hex } from "fine-tuning-integrity";
import { fileSystem, openSetup } from "fine-tuning-integrity/node";
import {
  commitModel,
  compilePolicy,
  createSystemRandomFr,
  encodeCertificate,
  openCommitted,
  parsePolicyDocument,
  proveCertificate,
  viewsOf,
} from "fine-tuning-integrity/prove";
import { policyOfBase } from "fine-tuning-integrity/registry";

const [baseFile = "", tuneFile = "", out = ""] = process.argv.slice(2);
const provider = new JsonRpcProvider(process.env["FTI_RPC"]);
const signer = await provider.getSigner(0);
const registry = new DriftRegistryClient(process.env["FTI_REGISTRY"] as Hex, provider);

// A commitment of each: its id is what the certificate is about. The fine-tune takes over its base's integers.
const { tier, srs, proving, artifacts } = await openSetup("nano");
const common = { tier, srs, insecure: artifacts.insecure, backend: await openBackend() };
const baseModel = await openModel(fileSystem, baseFile);
const tuneModel = await openModel(fileSystem, tuneFile);
const { architecture, views } = viewsOf(baseModel.tensors, {});
const base = openCommitted((await commitModel({ ...common, model: baseModel, views })).committed, baseModel);
const tuned = openCommitted((await commitModel({ ...common, model: tuneModel, base })).committed, tuneModel);

// What you promise: the head may change by this L2 norm, and nothing else changes.
const { policy, explanation } = await compilePolicy({
  document: parsePolicyDocument('version: 1\nrules:\n  - tensors: "fc.*"\n    drift: 20\n    per: rule\n', "head"),
  baseModelId: base.committed.modelId,
  manifest: base.committed.manifest,
  architecture,
  tier,
});
console.log(explanation.join("\n"));

// Throws `PolicyViolation`, with tensor and number, if it is not true. The proof counts for this publisher alone.
const publisher = (await signer.getAddress()).toLowerCase() as Hex;
const context = { chainId: await registry.chainId(), registry: registry.address, publisher };
const randomFr = createSystemRandomFr();
const certificate = await proveCertificate({ ...common, base, tuned, policy, context, artifacts: proving, randomFr });
await writeFile(out, encodeCertificate(certificate));

await registry.registerModel(signer, base.committed.parts);
await registry.registerPolicy(signer, policyOfBase(policy, base.committed));
const { certificateId, tunedModelId } = await registry.certify(signer, certificate);
console.log(JSON.stringify({ certificateId, tunedModelId, baseModelId: base.committed.modelId }));
process.exit(); // snarkjs leaves threads behind
