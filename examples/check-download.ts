// Is the model that I downloaded certified to be a fine-tune of the base that I trust, and how far can it be from it?
//
//   npx tsx examples/check-download.ts BASE DOWNLOAD CERTIFICATE
//
// FTI_RPC: a node; FTI_REGISTRY: the registry. The base's manifest comes with the certificate.
import { readFile } from "node:fs/promises";
import { JsonRpcProvider } from "ethers";
import {
  decodeManifest,
  DriftRegistryClient,
  driftWords,
  openBackend,
  openModel,
  parseCertificate,
  queryModel,
  recomputeModelId,
  type Hex,
} from "fine-tuning-integrity";
import { fileSystem, openAnchors, openSetup } from "fine-tuning-integrity/node";

const [baseFile = "", downloaded = "", certificateFile = ""] = process.argv.slice(2);
const provider = new JsonRpcProvider(process.env["FTI_RPC"]);
const registry = new DriftRegistryClient(process.env["FTI_REGISTRY"] as Hex, provider);

// Both ids are computed from the weights that lie here: nobody's word is taken for them.
const { srs } = await openSetup("nano");
const certificate = parseCertificate(await readFile(certificateFile, "utf8"), certificateFile);
const manifest = decodeManifest(certificate.manifest);
const backend = await openBackend();
const idOf = async (file: string): Promise<Hex> => {
  const model = await openModel(fileSystem, file);
  const recomputed = await recomputeModelId({ model, manifest, srs, backend });
  await model.close();
  return recomputed.modelId;
};
const [baseModelId, modelId] = [await idOf(baseFile), await idOf(downloaded)];

// The proofs are verified here, under your own keys; that they are registered is the node's word.
const { anchors, insecure } = await openAnchors("nano");
const answer = await queryModel({
  registry,
  modelId,
  manifest,
  question: { baseModelId },
  verify: { anchors, insecure },
  allowDevelopmentKeys: true, // for this example: such keys prove nothing
});
console.log(answer.verdict, ...answer.reasons);
if (answer.drift !== undefined) console.log(driftWords(answer.drift).headline);
process.exit(answer.verdict === "certified" ? 0 : 1);
