import { Option, type Command } from "commander";
import { policyOfBase } from "../../registry/policy-of-base.js";
import { parseModel } from "../../commitment/model-file.js";
import { modelId } from "../../commitment/model-id.js";
import { parsePolicy } from "../../policy/policy-file.js";
import { policyId } from "../../policy/rule.js";
import type { Hex } from "../../algebra/hex.js";
import { InputError, RegistryError } from "../../errors/errors.js";
import { chooseSigner, connectRpc, type RpcConnection } from "../../node/rpc.js";
import { readTextFile } from "../../node/text-file.js";
import type { Inclusion } from "../../registry/call.js";
import { DriftRegistryClient } from "../../registry/client.js";
import { certificateId } from "../../certificate/certificate-id.js";
import { registerOnce } from "../../registry/register-once.js";
import { parseCertificate } from "../../certificate/certificate-codec.js";
import {
  certificateAlreadyRegistered,
  modelAlreadyRegistered,
  policyAlreadyRegistered,
} from "../already-registered.js";
import { addCommand, parseAddress, parseCount, type Runner } from "../command.js";
import { isLocalChain } from "../../node/local-chain.js";
import type { Outcome, Session } from "../session.js";
import type { Signer } from "ethers";

/** Which registry, and who signs. */
export interface SignerOptions {
  readonly rpc: string;
  readonly registry: `0x${string}`;
  readonly account?: number;
}

interface RegisterOptions extends SignerOptions {
  readonly base?: string;
  readonly uri?: string;
  readonly restricted?: boolean;
  readonly expires?: number;
  readonly allowInsecure?: boolean;
}

/** A registry, and who signs for it. */
export interface Target {
  readonly client: DriftRegistryClient;
  readonly signer: Signer;
  readonly connection: RpcConnection;
}

export const rpcOptions = (): Option[] => [
  new Option("--rpc <url>", "address of the RPC node").makeOptionMandatory(),
  new Option("--registry <address>", "address of the registry").makeOptionMandatory().argParser(parseAddress),
];

export const accountOption = (): Option =>
  new Option("--account <n>", "unlocked account of a local node; without it, FTI_PRIVATE_KEY signs").argParser(
    parseCount,
  );

/** `fti register model|policy|certificate` */
export function addRegisterCommands(parent: Command, runner: Runner): void {
  const register = parent
    .command("register")
    .summary("register a model, policy or certificate on chain")
    .description(
      "Registers one thing. The key comes from FTI_PRIVATE_KEY, or is an unlocked --account of a local node; " +
        "there is no option for it. Registering twice is no error: if the answer was lost, run the same command " +
        "again.",
    );
  const allowInsecure = new Option("--allow-insecure", "accept development keys on a public chain");
  const options = [...rpcOptions(), accountOption()];
  const example = (what: string, file: string): string =>
    `fti register ${what} ${file} --rpc http://127.0.0.1:8545 --registry 0x5FbDB2315678afecb367f032d93F642f64180aa3 ` +
    `--account 0`;

  addCommand<RegisterOptions>(register, runner, {
    name: "model",
    summary: "register a committed model",
    description:
      "Registers a committed model so that certificates can start from it. A certificate registers its fine-tuned " +
      "model by itself.",
    positionals: [["<file>", "file made by fti commit"]],
    options: [
      ...options,
      allowInsecure,
      new Option("--uri <uri>", "address of the published manifest"),
      new Option(
        "--restricted",
        "only publishers that you allow (fti allow) can certify from it; this cannot be changed later",
      ),
    ],
    examples: [example("model", "base.model.json")],
    run: async ([path = ""], given, session) => {
      const { parts, insecure } = parseModel(await readTextFile(path), path);
      const { client, signer, connection } = await connectSigner(given, session);
      assertSecure(insecure, connection, given, path);
      await client.assertPresent();
      const { uri, restricted: isRestricted = false } = given;
      const id = modelId(parts);
      const done = await registerOnce({
        send: () => client.registerModel(signer, parts, uri ?? "", { isRestricted }),
        find: () => client.findRecord("model", id),
      });
      if (done.isNew) return report("model", done.sent, session);
      const place = { client, provider: connection.provider, sender: await addressOf(signer), session };
      return modelAlreadyRegistered(id, done.found, { isRestricted, uri }, place);
    },
  });
  addCommand<RegisterOptions>(register, runner, {
    name: "policy",
    summary: "register a policy",
    description:
      "Registers a policy. Its base must be registered; the registry derives the units of the policy's budgets from " +
      "the base's fraction bits.",
    positionals: [["<file>", "file made by fti policy"]],
    options: [new Option("--base <file>", "model file of the policy's base").makeOptionMandatory(), ...options],
    examples: [example("policy", "policy.json --base base.model.json")],
    run: async ([path = ""], given, session) => {
      const { base = "" } = given;
      const policy = parsePolicy(await readTextFile(path), path);
      const ofBase = policyOfBase(policy, parseModel(await readTextFile(base), base));
      const { client, signer } = await connectSigner(given, session);
      await client.assertPresent();
      const id = policyId(policy);
      const done = await registerOnce({
        send: () => client.registerPolicy(signer, ofBase),
        find: () => client.findRecord("policy", id),
      });
      return done.isNew ? report("policy", done.sent, session) : policyAlreadyRegistered(id, session);
    },
  });
  addCommand<RegisterOptions>(register, runner, {
    name: "certificate",
    summary: "register a certificate",
    description: "Sends a certificate to the registry, which verifies it. Base and policy must be registered.",
    positionals: [["<file>", "file made by fti prove"]],
    options: [
      ...options,
      allowInsecure,
      new Option("--expires <days>", "days until it expires (default: never)").argParser(parseCount),
    ],
    examples: [example("certificate", "certificate.json")],
    run: async ([path = ""], given, session) => {
      const certificate = parseCertificate(await readTextFile(path), path);
      const { client, signer, connection } = await connectSigner(given, session);
      assertSecure(certificate.insecure, connection, given, path);
      if (certificate.chainId !== connection.chainId || certificate.registry !== client.address) {
        throw new InputError(
          `${path}: is for registry ${certificate.registry} on chain ${certificate.chainId}, not for ` +
            `${client.address} on chain ${connection.chainId}`,
          { remedy: "Prove again for this registry: fti prove --registry … --chain-id …" },
        );
      }
      await client.assertPresent();
      const { expires } = given;
      const expiresAt = expires === undefined ? undefined : Math.floor(Date.now() / 1000) + expires * 86_400;
      const ids = { certificateId: certificateId(certificate), tunedModelId: modelId(certificate.tuned) };
      const sender = await addressOf(signer);
      const done = await registerOnce({
        send: () =>
          client.certify(signer, certificate, { expiresAt }).catch((error: unknown) => {
            throw forAnotherPublisher(error, certificate.publisher, sender);
          }),
        // To anybody but the publisher the registry has to say itself that the proofs are not theirs.
        find: async () =>
          sender === certificate.publisher ? client.findRecord("certificate", ids.certificateId) : undefined,
      });
      if (done.isNew) return report("certificate", done.sent, session);
      const place = { client, provider: connection.provider, sender, session };
      return certificateAlreadyRegistered(ids, done.found, { expiresAt }, place);
    },
  });
}

/** Throws `InputError` if nobody can sign, `UnavailableError` if no node answers. */
export async function connectSigner(options: SignerOptions, session: Session): Promise<Target> {
  const connection = await connectRpc(options.rpc);
  session.onClose(() => {
    connection.provider.destroy();
    return Promise.resolve();
  });
  const signer = await chooseSigner(connection, {
    privateKey: session.env["FTI_PRIVATE_KEY"],
    account: options.account,
  });
  const client = new DriftRegistryClient(options.registry, connection.provider);
  return { client, signer, connection };
}

/** A registry sees only that the proof does not hold; here it is known that the sender is not the one it was made for. */
function forAnotherPublisher(error: unknown, publisher: Hex, sender: Hex): unknown {
  if (!(error instanceof RegistryError) || error.errorName !== "InvalidGroth16Proof" || sender === publisher)
    return error;
  return new RegistryError(`the certificate is for the publisher ${publisher}, but ${sender} signs`, {
    errorName: error.errorName,
    args: error.args,
    remedy: `Sign with the publisher's account, or prove again: fti prove --publisher ${sender} …`,
    cause: error,
  });
}

/** Development keys on a public chain deceive whoever reads it. */
function assertSecure(insecure: boolean, { chainId }: RpcConnection, options: RegisterOptions, path: string): void {
  if (!insecure || isLocalChain(chainId) || options.allowInsecure === true) return;
  throw new InputError(
    `${path}: was made with an INSECURE development setup, and chain ${chainId} is not a local one`,
    {
      remedy: "Use a production setup, or --allow-insecure for a test.",
    },
  );
}

function report(what: string, inclusion: Inclusion, session: Session): Outcome {
  const outcome = sent(`Registered the ${what}`, inclusion, session);
  return { ...outcome, json: { ...outcome.json, alreadyRegistered: false } };
}

async function addressOf(signer: Signer): Promise<Hex> {
  return (await signer.getAddress()).toLowerCase() as Hex;
}

/** What a transaction has done, and where it is. */
export function sent(done: string, inclusion: Inclusion, session: Session): Outcome {
  const { transactionHash, blockNumber, gasUsed, ...ids } = inclusion;
  return {
    exitCode: 0,
    json: { ...inclusion },
    lines: [
      session.colors.bold(done),
      ...Object.entries(ids).map(([name, id]) => `  ${name} ${String(id)}`),
      `  block ${blockNumber}, ${gasUsed.toLocaleString("en-US")} gas, transaction ${transactionHash}`,
    ],
  };
}
