import { resolve } from "node:path";
import { describePolicy } from "../policy/describe-policy.js";
import { modelId } from "../commitment/model-id.js";
import { decodeManifest } from "../quantize/manifest.js";
import { describeResolution } from "../quantize/resolution.js";
import { certificateId } from "../certificate/certificate-id.js";
import type { Certificate } from "../certificate/certificate.js";
import { counted } from "./proving-plan.js";
import type { Outcome, Session } from "./session.js";

/** What is said of a certificate that was written. */
export function certificateOutcome(certificate: Certificate, output: string, session: Session): Outcome {
  const id = certificateId(certificate);
  const { base, tuned, policy, segments, insecure, publisher } = certificate;
  const manifest = decodeManifest(certificate.manifest);
  const tiles = segments.flatMap((segment) => segment.tiles).sort((a, b) => a - b);
  return {
    exitCode: 0,
    json: {
      certificateId: id,
      baseModelId: modelId(base),
      tunedModelId: modelId(tuned),
      changedTiles: tiles,
      segments: segments.length,
      insecure,
      output: resolve(output),
    },
    lines: [
      `Certificate ${session.colors.bold(id)}`,
      `  base       ${modelId(base)}`,
      `  fine-tune  ${modelId(tuned)}`,
      `  ${counted(tiles.length, "changed tile")} in ${counted(segments.length, "segment")}`,
      ...[...describePolicy(policy, manifest), ...describeResolution(manifest)].map((line) => `  ${line}`),
      `  written to ${output}; only ${publisher} can register it`,
    ],
  };
}
