import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { describePolicy } from "../../client/describe-policy.js";
import { assertCommitted, changedTiles } from "../../client/open-committed.js";
import { proveCertificate } from "../../client/prove-certificate.js";
import { parsePolicy } from "../../drift/policy-file.js";
import { createSystemRandomFr } from "../../field/random.js";
import { tierOfTiles } from "../../node/open-setup.js";
import { assertWritable, writeOutputs } from "../../node/output-files.js";
import { readTextFile } from "../../node/text-file.js";
import { parseManifest } from "../../quantize/manifest.js";
import { certificateId } from "../../registry/encode.js";
import { loadPoseidon } from "../../transcript/poseidon.js";
import { encodeCertificate } from "../../wrap/certificate-codec.js";
import {
  addCommand,
  artifactsOption,
  forceOption,
  outputOption,
  parseAddress,
  parseBigCount,
  type Runner,
} from "../command.js";
import { openModelFiles, readCommitted } from "../model-files.js";

interface ProveOptions {
  readonly base: string;
  readonly baseWeights: string;
  readonly baseSecrets?: string;
  readonly tune: string;
  readonly tuneWeights: string;
  readonly tuneSecrets?: string;
  readonly policy: string;
  readonly registry: `0x${string}`;
  readonly chainId: bigint;
  readonly publisher: `0x${string}`;
  readonly output?: string;
  readonly artifacts?: string;
  readonly force?: boolean;
}

/** `fti prove` */
export function addProveCommand(parent: Command, runner: Runner): void {
  const required = (flags: string, description: string): Option => new Option(flags, description).makeOptionMandatory();
  addCommand<ProveOptions>(parent, runner, {
    name: "prove",
    summary: "prove that a fine-tune follows a policy",
    description:
      "Makes a certificate. It is bound to one registry on one chain and to the publisher's address: a copy is worth " +
      "nothing to anybody else. Both models must be committed, the tune with --base.",
    options: [
      required("--base <file>", "committed base"),
      required("--base-weights <path>", "the base's weights"),
      new Option("--base-secrets <file>", "the base's secrets, if it is private"),
      required("--tune <file>", "committed fine-tune"),
      required("--tune-weights <path>", "the fine-tune's weights"),
      new Option("--tune-secrets <file>", "the fine-tune's secrets, if it is private"),
      required("--policy <file>", "policy made by fti policy"),
      required("--registry <address>", "registry in which the certificate will be registered").argParser(parseAddress),
      required("--chain-id <n>", "chain of the registry").argParser(parseBigCount),
      required("--publisher <address>", "account that will register it").argParser(parseAddress),
      outputOption("certificate.json"),
      forceOption(),
      artifactsOption(),
    ],
    examples: [
      "fti prove --base base.model.json --base-weights base.safetensors --tune tuned.model.json \\\n" +
        "    --tune-weights tuned.safetensors --policy policy.json --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3 \\\n" +
        "    --chain-id 31337 --publisher 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 -o certificate.json",
    ],
    run: async (_positionals, options, session) => {
      const output = options.output ?? "certificate.json";
      await assertWritable([output], options.force ?? false);
      const policy = parsePolicy(await readTextFile(options.policy), options.policy);
      const baseFile = await readCommitted(options.base, session);
      const tuneFile = await readCommitted(options.tune, session);
      const base = await openModelFiles(
        { committed: baseFile, weights: options.baseWeights, secrets: options.baseSecrets, role: "base" },
        session,
      );
      const tuned = await openModelFiles(
        { committed: tuneFile, weights: options.tuneWeights, secrets: options.tuneSecrets, role: "tune" },
        session,
      );
      const setup = await session.openSetup(tierOfTiles(baseFile.parts.t, options.base), options.artifacts);
      const { srs, artifacts } = setup;
      const backend = await session.openBackend();
      const { onProgress } = session;
      const tiles = changedTiles(baseFile, tuneFile);
      await assertCommitted({ opened: base, label: options.baseWeights, tiles, srs, backend, onProgress });
      await assertCommitted({ opened: tuned, label: options.tuneWeights, tiles, srs, backend, onProgress });
      const certificate = await proveCertificate({
        base,
        tuned,
        tunedLabel: options.tuneWeights,
        policy,
        context: { chainId: options.chainId, registry: options.registry, publisher: options.publisher },
        tier: setup.tier,
        srs,
        artifacts: setup.proving,
        insecure: artifacts.insecure || baseFile.insecure || tuneFile.insecure,
        backend,
        permute: await loadPoseidon(),
        randomFr: createSystemRandomFr(),
        onProgress,
      });
      await writeOutputs([{ path: output, content: encodeCertificate(certificate) }]);
      const id = certificateId(certificate);
      return {
        exitCode: 0,
        json: {
          certificateId: id,
          baseModelId: baseFile.modelId,
          tunedModelId: tuneFile.modelId,
          changedTiles: tiles,
          segments: certificate.segments.length,
          insecure: certificate.insecure,
          output: resolve(output),
        },
        lines: [
          `Certificate ${session.colors.bold(id)}`,
          `  base   ${baseFile.modelId}`,
          `  tuned  ${tuneFile.modelId}`,
          `  ${tiles.length} changed tiles in ${certificate.segments.length} segment${certificate.segments.length === 1 ? "" : "s"}`,
          ...describePolicy(policy, parseManifest(JSON.parse(baseFile.manifest))).map((line) => `  ${line}`),
          `  written to ${output}; only ${options.publisher} can register it`,
        ],
      };
    },
  });
}
