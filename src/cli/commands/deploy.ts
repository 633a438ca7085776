import { InvalidArgumentError, Option, type Command } from "commander";
import { InputError } from "../../errors/errors.js";
import { assertDeployable } from "../../node/deployable.js";
import { loadRegistryContract, loadVerifierContract } from "../../node/registry-contracts.js";
import { chooseSigner, connectRpc } from "../../node/rpc.js";
import { deployRegistry } from "../../registry/deploy.js";
import { TIER_NAMES } from "../../protocol/tiers.js";
import { addCommand, artifactsOption, repeated, tierOption, type Runner, type TierName } from "../command.js";
import { accountOption } from "./register.js";

interface DeployOptions {
  readonly rpc: string;
  readonly tier: readonly TierName[];
  readonly account?: number;
  readonly allowInsecure?: boolean;
  readonly confirmChain?: bigint;
  readonly artifacts?: string;
}

/** Throws commander's error for what is no id of a chain. */
export function parseChainId(text: string): bigint {
  if (!/^[1-9][0-9]*$/u.test(text)) throw new InvalidArgumentError("A chain id is a positive integer.");
  return BigInt(text);
}

/** `fti deploy` */
export function addDeployCommand(parent: Command, runner: Runner): void {
  const choices = tierOption();
  addCommand<DeployOptions>(parent, runner, {
    name: "deploy",
    summary: "deploy a registry with the verifiers of some tiers",
    description:
      "Compiles and deploys a drift registry and one Groth16 verifier for each tier. All tiers must share one SRS. " +
      "The registry has no owner. Development keys are refused on chains that are not local, except with --allow-insecure " +
      "and --confirm-chain.",
    options: [
      new Option("--rpc <url>", "address of the RPC node").makeOptionMandatory(),
      new Option("--tier <tier>", `tier with a verifier: ${TIER_NAMES.join(", ")} (several: repeat)`)
        .makeOptionMandatory()
        .argParser((value: string, previous: readonly string[] | undefined) => {
          choices.parseArg?.(value, undefined);
          return repeated(value, previous);
        }),
      accountOption(),
      new Option("--allow-insecure", "accept development keys on a public chain, with --confirm-chain"),
      new Option("--confirm-chain <id>", "the chain's id, to confirm --allow-insecure").argParser(parseChainId),
      artifactsOption(),
    ],
    examples: ["fti deploy --rpc http://127.0.0.1:8545 --tier medium --account 0"],
    run: async (_positionals, options, session) => {
      const { provider, chainId } = await connectRpc(options.rpc);
      session.onClose(() => {
        provider.destroy();
        return Promise.resolve();
      });
      const signer = await chooseSigner(
        { provider, chainId },
        { privateKey: session.env["FTI_PRIVATE_KEY"], account: options.account },
      );
      const setups = [];
      for (const tier of new Set(options.tier)) setups.push(await session.openSetup(tier, options.artifacts));
      const [first] = setups;
      if (first === undefined) throw new InputError("no tier is given");
      const { allowInsecure = false, confirmChain } = options;
      assertDeployable(setups, chainId, { allowInsecure, confirmedChain: confirmChain });
      session.note("Compiling the contracts (about 20 seconds)…");
      const verifiers = [];
      for (const setup of setups) verifiers.push({ tier: setup.tier, contract: await loadVerifierContract(setup) });
      const deployed = await deployRegistry(signer, { registry: loadRegistryContract(), verifiers, srs: first.srs });
      return {
        exitCode: 0,
        json: {
          registry: deployed.address,
          chainId,
          gasUsed: deployed.gasUsed,
          srsId: first.anchors.srsId,
          verifiers: deployed.verifiers.map(({ tier, address, gasUsed }) => ({ tier: tier.name, address, gasUsed })),
        },
        lines: [
          `Registry ${session.colors.bold(deployed.address)} on chain ${chainId}`,
          ...deployed.verifiers.map(({ tier, address }) => `  verifier of tier ${tier.name} at ${address}`),
          `  ${deployed.gasUsed.toLocaleString("en-US")} gas, verifiers not counted`,
        ],
      };
    },
  });
}
