import { InvalidArgumentError, type Command } from "commander";
import type { Hex } from "../../algebra/hex.js";
import { InputError } from "../../errors/errors.js";
import { addCommand, hashArgument, parseAddress, type Runner } from "../command.js";
import { accountOption, connectSigner, rpcOptions, sent, type SignerOptions } from "./register.js";

const PLACE = "--rpc http://127.0.0.1:8545 --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3 --account 0";
const SOMEBODY = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/** `fti allow`, `fti forbid` and `fti adopt`: from what a model may descend, and by which certificate it does. */
export function addDescentCommands(parent: Command, runner: Runner): void {
  for (const isAllowed of [true, false]) {
    const name = isAllowed ? "allow" : "forbid";
    addCommand<SignerOptions>(parent, runner, {
      name,
      summary: isAllowed ? "let a publisher certify from your restricted model" : "withdraw that permission",
      description: isAllowed
        ? "Lets a publisher certify fine-tunes of a model that you have registered with --restricted."
        : "Withdraws the permission that fti allow gave. Certificates that are already registered stay active.",
      positionals: [
        ["<model>", "id of the model"],
        ["<publisher>", "address of the publisher"],
      ],
      options: [...rpcOptions(), accountOption()],
      examples: [`fti ${name} 0xbb11…ab6e ${SOMEBODY} ${PLACE}`],
      run: async ([model = "", publisher = ""], options, session) => {
        const [modelId, address] = [hashArgument(model), addressArgument(publisher)];
        const { client, signer } = await connectSigner(options, session);
        await client.assertPresent();
        const inclusion = await client.setDeriver(signer, modelId, address, isAllowed);
        return sent(
          isAllowed
            ? `Allowed ${address} to certify from ${modelId}`
            : `${address} can no longer certify from ${modelId}`,
          inclusion,
          session,
        );
      },
    });
  }
  addCommand<SignerOptions>(parent, runner, {
    name: "adopt",
    summary: "choose the active certificate that defines a model's parent",
    description:
      "A model's parent is given by the first certificate that led to it. Once that one is revoked, superseded " +
      "or expired, anybody can put another active certificate in its place, so that queries along the lineage " +
      "have an answer again.",
    positionals: [["<certificate>", "id of an active certificate that leads to the model"]],
    options: [...rpcOptions(), accountOption()],
    examples: [`fti adopt 0x389f…97c1 ${PLACE}`],
    run: async ([id = ""], options, session) => {
      const certificateId = hashArgument(id);
      const { client, signer } = await connectSigner(options, session);
      await client.assertPresent();
      const certificate = await client.getCertificate(certificateId);
      if (certificate === undefined) {
        throw new InputError(`certificate ${certificateId} is not in the registry`, {
          remedy: "Check the id, the registry's address and the chain.",
        });
      }
      const inclusion = await client.adoptParent(signer, certificate, certificate.tunedModelId);
      return sent(`This certificate now gives model ${certificate.tunedModelId} its parent`, inclusion, session);
    },
  });
}

function addressArgument(text: string): Hex {
  try {
    return parseAddress(text);
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    throw new InputError(`${text} is not an address: ${cause.message}`, { cause });
  }
}
