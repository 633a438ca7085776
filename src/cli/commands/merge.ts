import type { Command } from "commander";
import { assembleCertificate, type LabeledPart } from "../../certificate/assemble-certificate.js";
import { tierOfTiles } from "../../quantize/tier-of-tiles.js";
import { assertWritable } from "../../node/output-files.js";
import { readTextFile } from "../../node/text-file.js";
import { encodeCertificate } from "../../certificate/certificate-codec.js";
import { parseSegmentPart } from "../../certificate/segment-part-codec.js";
import { certificateOutcome } from "../certificate-outcome.js";
import { addCommand, artifactsOption, forceOption, outputOption, type Runner } from "../command.js";

interface MergeOptions {
  readonly output?: string;
  readonly artifacts?: string;
  readonly force?: boolean;
}

/** `fti merge` */
export function addMergeCommand(parent: Command, runner: Runner): void {
  addCommand<MergeOptions>(parent, runner, {
    name: "merge",
    summary: "combine separately proven segments",
    description:
      "Combines the segments that fti prove --segment wrote, in any order, into a certificate. Checks that all " +
      "are there and belong together, and verifies the certificate before writing it.",
    positionals: [["<segments...>", "files made by fti prove --segment"]],
    options: [outputOption("certificate.json"), forceOption(), artifactsOption()],
    examples: ["fti merge segment-*.json -o certificate.json"],
    run: async (paths, options, session) => {
      const output = options.output ?? "certificate.json";
      await assertWritable([output], options.force ?? false);
      const parts: LabeledPart[] = [];
      for (const label of paths) parts.push({ label, part: parseSegmentPart(await readTextFile(label), label) });
      const [{ label, part }] = parts as [LabeledPart];
      if (part.head.insecure) {
        session.warn("INSECURE: the segments were made with a development setup: the certificate proves nothing.");
      }
      const setup = await session.openSetup(tierOfTiles(part.head.base.t, label), options.artifacts);
      const certificate = assembleCertificate(parts, setup.anchors);
      await session.writeOutputs([{ path: output, content: encodeCertificate(certificate) }]);
      return certificateOutcome(certificate, output, session);
    },
  });
}
