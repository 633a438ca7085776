import { Option, type Command } from "commander";
import { ArtifactError, InputError } from "../../errors/errors.js";
import { openArtifacts } from "../../node/artifact-store.js";
import { setupTier, type SetupMode } from "../../node/setup-tier.js";
import {
  addCommand,
  artifactsOption,
  forceOption,
  tierOption,
  type Runner,
  type TierName,
  jobsOption,
} from "../command.js";
import { artifactsRoot } from "../session.js";

interface SetupCommandOptions {
  readonly tier: TierName;
  readonly dev?: boolean;
  readonly seed?: string;
  readonly ptau?: string;
  readonly beacon?: string;
  readonly artifacts?: string;
  readonly force?: boolean;
}

/** log2 of the beacon's hash iterations, as in public ceremonies. */
const BEACON_ITERATIONS_LOG2 = 10;

/** `fti setup` */
export function addSetupCommand(parent: Command, runner: Runner): void {
  addCommand<SetupCommandOptions>(parent, runner, {
    name: "setup",
    summary: "make a tier's keys",
    description:
      "Compiles a tier's circuit and makes its proving and verifying key, for a new registry. For a registry " +
      "that exists, copy the setup that it was deployed with (folder .fti): new keys do not fit it. --dev makes " +
      "INSECURE keys in minutes: this machine could forge proofs, so they are for tests and local chains only. " +
      "--ptau starts from a public ceremony's file, prepared for phase 2, and runs phase 2 with --beacon: a " +
      "public random value that nobody could choose. One of --dev and --ptau is required.",
    options: [
      tierOption().makeOptionMandatory(),
      new Option("--dev", "INSECURE development keys").conflicts(["ptau", "beacon"]),
      new Option("--seed <hex>", "development keys that are the same every time, for tests").implies({ dev: true }),
      new Option("--ptau <file>", "public powers of tau, prepared for phase 2"),
      new Option("--beacon <hex>", "public random value that closes phase 2, such as a block hash"),
      forceOption(),
      artifactsOption(),
      jobsOption(),
    ],
    examples: [
      "fti setup --tier small --dev",
      "fti setup --tier medium --ptau powersOfTau28_hez_final_16.ptau --beacon 00c0ffee",
    ],
    run: async (_positionals, options, session) => {
      const mode = setupMode(options);
      session.expectTier(options.tier);
      if (mode.kind === "dev") {
        session.note(`Making a development setup for tier ${options.tier}. This can take some minutes.`);
      }
      const root = artifactsRoot(options.artifacts, session.env);
      if (options.force !== true) await assertNoSetup(options.tier, root);
      const { manifest, warning, paths } = await setupTier({
        tier: options.tier,
        mode,
        root,
        jobs: session.jobs,
        onProgress: session.onProgress,
      });
      if (warning !== undefined) session.warn(warning);
      return {
        exitCode: 0,
        json: { ...manifest, root, paths },
        lines: [
          `Setup of tier ${manifest.tier}${manifest.insecure ? " (INSECURE development keys)" : ""} is in ${root}`,
          `  constraints  ${manifest.constraints.toLocaleString("en-US")} in a domain of 2^${manifest.domainLog2}`,
          `  SRS          ${manifest.srs.srsId} (2^${manifest.srs.power} powers)`,
        ],
      };
    },
  });
}

/** A setup that works is not replaced unasked: models committed with it would be worth nothing without it. */
async function assertNoSetup(tier: TierName, root: string): Promise<void> {
  const found = await openArtifacts(tier, { root }).catch((error: unknown) => {
    if (error instanceof ArtifactError) return undefined; // none, a damaged one, or of other circuits
    throw error;
  });
  if (found === undefined) return;
  throw new InputError(`tier ${tier} has a setup in ${root} already: ${found.manifest.srs.srsId}`, {
    remedy: "Use it, or --force to replace it: models committed with the old one then need committing again.",
  });
}

function setupMode({ dev, seed, ptau, beacon }: SetupCommandOptions): SetupMode {
  if (ptau === undefined) {
    if (beacon !== undefined) throw new InputError("--beacon goes with --ptau");
    if (dev !== true) {
      throw new InputError("neither --dev nor --ptau is given", {
        remedy: "Give --dev for tests and local chains, or --ptau FILE --beacon HEX for production.",
      });
    }
    if (seed !== undefined && !/^[0-9a-fA-F]+$/u.test(seed)) {
      throw new InputError(`--seed ${JSON.stringify(seed)} is not hex`, { remedy: "Write it like --seed 01." });
    }
    return { kind: "dev", ...(seed === undefined ? {} : { seed: seed.toLowerCase() }) };
  }
  if (seed !== undefined) throw new InputError("--seed goes with --dev only: a seeded ceremony has no secret");
  if (beacon === undefined) {
    throw new InputError("a production setup needs --beacon", {
      remedy: "Announce a future block or drand round first, then give its hash: --beacon HEX.",
    });
  }
  const hash = beacon.replace(/^0x/u, "").toLowerCase();
  return { kind: "ptau", file: ptau, beacon: { hash, iterationsLog2: BEACON_ITERATIONS_LOG2 } };
}
