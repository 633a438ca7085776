// Does this certificate prove what it says? Without a node, and without the models.
//
//   npx tsx examples/verify-offline.ts CERTIFICATE
//
// The keys are those of `fti setup --tier nano`.
import { readFile } from "node:fs/promises";
import { decodeManifest, describePolicy, parseCertificate, verifyCertificate } from "fine-tuning-integrity";
import { openAnchors } from "fine-tuning-integrity/node";

const [file = ""] = process.argv.slice(2);
const certificate = parseCertificate(await readFile(file, "utf8"), file);
const { anchors, warning } = await openAnchors("nano");
if (warning !== undefined) console.log(warning);

const result = verifyCertificate(certificate, anchors);
if (!result.valid) {
  console.log(`invalid: ${result.error.message}`);
  process.exit(1);
}
console.log(`valid: from ${result.baseModelId} to ${result.tunedModelId}`);
const manifest = decodeManifest(certificate.manifest);
for (const line of describePolicy(certificate.policy, manifest)) console.log(line);
// Not proven by a file: that it is registered, and not revoked since (examples/check-download.ts).
process.exit();
