import { Option, type Command } from "commander";
import { InputError } from "../../errors/errors.js";
import { loadRegistryContract, loadVerifierContract } from "../../node/registry-contracts.js";
import { chooseSigner, connectRpc } from "../../node/rpc.js";
import { deployRegistry } from "../../registry/deploy.js";
import { addCommand, artifactsOption, repeated, tierOption, type Runner, type TierName } from "../command.js";
import { isLocalChain } from "../local-chain.js";
import { accountOption } from "./register.js";

interface DeployOptions {
  readonly rpc: string;
  readonly tier: readonly TierName[];
  readonly account?: number;
  readonly allowInsecure?: boolean;
  readonly artifacts?: string;
}

/** `fti deploy` */
export function addDeployCommand(parent: Command, runner: Runner): void {
  const choices = tierOption();
  addCommand<DeployOptions>(parent, runner, {
    name: "deploy",
    summary: "deploy a registry with the verifiers of some tiers",
    description:
      "Compiles and deploys a drift registry and one Groth16 verifier for each tier. All tiers must share one SRS. " +
      "Nobody owns the registry afterwards. Refuses development keys on chains other than local ones.",
    options: [
      new Option("--rpc <url>", "JSON-RPC node").makeOptionMandatory(),
      new Option("--tier <tier>", `tier with a verifier (several: repeat)`)
        .makeOptionMandatory()
        .argParser((value: string, previous: readonly string[] | undefined) => {
          choices.parseArg?.(value, undefined);
          return repeated(value, previous);
        }),
      accountOption(),
      new Option("--allow-insecure", "accept development keys on a public chain"),
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
      for (const setup of setups) {
        if (setup.artifacts.insecure && !isLocalChain(chainId) && options.allowInsecure !== true) {
          throw new InputError(
            `the setup of tier ${setup.tier.name} is an INSECURE development one, chain ${chainId} is not local`,
            {
              remedy: "Make a production setup (fti setup --ptau), or --allow-insecure if you know what you do.",
            },
          );
        }
        if (setup.anchors.srsId !== first.anchors.srsId) {
          throw new InputError(`tiers ${first.tier.name} and ${setup.tier.name} have different SRS`, {
            remedy: "Make their setups from one ptau file, or (development) from one --seed.",
          });
        }
      }
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
