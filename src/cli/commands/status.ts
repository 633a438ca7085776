import { Option, type Command } from "commander";
import { addCommand, hashArgument, type Runner } from "../command.js";
import { accountOption, connectSigner, rpcOptions, sent, type SignerOptions } from "./register.js";

interface RevokeOptions extends SignerOptions {
  readonly reason: string;
}

const PLACE = "--rpc http://127.0.0.1:8545 --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3 --account 0";

/** `fti revoke` and `fti supersede` */
export function addStatusCommands(parent: Command, runner: Runner): void {
  addCommand<RevokeOptions>(parent, runner, {
    name: "revoke",
    summary: "revoke your certificates, for good",
    description:
      "Revokes certificates for good: a revoked certificate certifies nothing. Only its publisher can revoke it.",
    positionals: [["<certificate...>", "ids of the certificates"]],
    options: [
      ...rpcOptions(),
      accountOption(),
      new Option("--reason <words>", "the reason; it is public").makeOptionMandatory(),
    ],
    examples: [`fti revoke 0x5e96…9920 --reason "trained on the wrong data" ${PLACE}`],
    run: async (positionals, options, session) => {
      const ids = positionals.map(hashArgument);
      const { client, signer } = await connectSigner(options, session);
      await client.assertPresent();
      const inclusion = await client.revoke(signer, ids, options.reason);
      return sent(`Revoked ${ids.length === 1 ? "the certificate" : `${ids.length} certificates`}`, inclusion, session);
    },
  });
  addCommand<SignerOptions>(parent, runner, {
    name: "supersede",
    summary: "replace one of your certificates by another",
    description:
      "Marks a certificate as superseded by another active one of the same publisher. The old one certifies nothing " +
      "from then on, and readers are pointed to the new one. If the old one gives " +
      "its model its parent, run fti adopt with the new one.",
    positionals: [
      ["<old>", "id of the certificate to replace"],
      ["<new>", "id of its replacement"],
    ],
    options: [...rpcOptions(), accountOption()],
    examples: [`fti supersede 0x5e96…9920 0x389f…97c1 ${PLACE}`],
    run: async ([oldId = "", newId = ""], options, session) => {
      const [older, newer] = [hashArgument(oldId), hashArgument(newId)];
      const { client, signer } = await connectSigner(options, session);
      await client.assertPresent();
      return sent("Superseded the certificate", await client.supersede(signer, older, newer), session);
    },
  });
}
