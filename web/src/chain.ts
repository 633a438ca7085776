import { BrowserProvider, FetchRequest, JsonRpcProvider, Network, type Eip1193Provider, type Signer } from "ethers";
import { lineageOf, type Lineage } from "../../src/registry/lineage.js";
import { queryModel, type ModelAnswer, type QueryModelInput } from "../../src/registry/query-model.js";
import { verifyRegistered, type RegisteredVerification } from "../../src/registry/verify-registered.js";
import type { Hex } from "../../src/algebra/hex.js";
import { InputError, UnavailableError } from "../../src/errors/errors.js";
import type { Policy } from "../../src/policy/rule.js";
import type { Manifest } from "../../src/quantize/manifest.js";
import { DriftRegistryClient } from "../../src/registry/client.js";
import { loggedCertificates, withStatus, type LoggedStanding } from "../../src/registry/logs/certificates.js";
import { readEvents, topicsOf } from "../../src/registry/logs/events.js";
import type { RegisteredCertificate, RegisteredModel } from "../../src/registry/records.js";
import { accumulatedDrift, type AccumulatedDrift } from "../../src/registry/accumulated-drift.js";
import { endingOf, statementsAbout, type Ending, type Statement } from "./certificate-history.js";
import { browserLogStore } from "./log-store.js";
import { manifestOf } from "./manifests.js";
import type { Settings } from "./settings.js";

const TIMEOUT_MS = 20_000;

/** Edges of a lineage that are drawn at most: beyond that a picture says nothing. */
const MOST_CERTIFICATES = 60;

/**
 * One registry on one chain: all that the page asks of it. Every method throws `UnavailableError` if the chain could not
 * be asked and `RegistryError` if there is no such registry; "not there" is a value, never an error.
 */
export class Chain {
  readonly registry: DriftRegistryClient;
  readonly chainId: bigint;
  /** Whose word the answers are: the node's address, or the wallet. */
  readonly source: string;

  private constructor(registry: DriftRegistryClient, chainId: bigint, source: string) {
    this.registry = registry;
    this.chainId = chainId;
    this.source = source;
  }

  /** Throws `InputError` where a setting is missing or no registry is at the address, `UnavailableError`. */
  static async connect(settings: Settings, wallet: Eip1193Provider | undefined): Promise<Chain> {
    const { registry: address, via } = settings;
    if (address === undefined) {
      throw new InputError("no registry is set", { remedy: "Name one in the settings." });
    }
    const { provider, chainId, source } = via === "wallet" ? await openWallet(wallet) : await openNode(settings.rpc);
    if (settings.chainId !== undefined && chainId !== BigInt(settings.chainId)) {
      throw new UnavailableError(`${source} is on chain ${chainId}, the registry is on chain ${settings.chainId}`, {
        remedy: via === "wallet" ? "Switch the wallet's network." : "Name a node of that chain in the settings.",
      });
    }
    const registry = new DriftRegistryClient(address, provider, {
      deployedAt: settings.fromBlock,
      store: browserLogStore(source),
    });
    await registry.assertPresent();
    return new Chain(registry, chainId, source);
  }

  model(id: Hex): Promise<RegisteredModel | undefined> {
    return this.registry.getModel(id);
  }

  certificate(id: Hex): Promise<RegisteredCertificate | undefined> {
    return this.registry.getCertificate(id);
  }

  policy(id: Hex): Promise<Policy | undefined> {
    return this.registry.getPolicy(id);
  }

  /**
   * What leads to a model, or, with a question, whether the model is certified. Policies are checked where the manifest
   * is known, and proofs where there is a verifier.
   */
  async ask(
    id: Hex,
    { question, verify, insecure }: Pick<QueryModelInput, "question" | "verify" | "insecure"> = {},
  ): Promise<ModelAnswer> {
    const manifest = manifestOf((await this.model(id))?.manifestHash);
    return queryModel({ registry: this.registry, modelId: id, manifest, question, verify, insecure });
  }

  /** What comes of verifying a registered certificate. `manifest`: of its models, where it is known. */
  verification(
    certificateId: Hex,
    manifest: string | undefined,
    verify: NonNullable<QueryModelInput["verify"]>,
  ): Promise<RegisteredVerification> {
    return verifyRegistered({ registry: this.registry, certificateId, manifest, ...verify });
  }

  /** How many certificates are a publisher's, and the `most` newest of them, the newest first. */
  async byPublisher(
    publisher: Hex,
    most: number,
  ): Promise<{ readonly count: number; readonly newest: LoggedStanding[] }> {
    const { events } = this.registry;
    const published = await readEvents(events, topicsOf("CertificatePublished", [publisher]));
    const ids = published.map(({ args }) => args.certificateId);
    const newest = await withStatus(events, await loggedCertificates(events, ids.slice(-most)));
    return { count: ids.length, newest: newest.reverse() };
  }

  /** How a certificate was ended, if it was. */
  ending(certificate: RegisteredCertificate): Promise<Ending | undefined> {
    return endingOf(this.registry.events, certificate);
  }

  /** What was published about a model or a certificate, oldest first. */
  statements(id: Hex): Promise<Statement[]> {
    return statementsAbout(this.registry.events, id);
  }

  /** Bases above a model and tunes below it. */
  lineage(focus: Hex): Promise<Lineage> {
    return lineageOf(this.registry.events, focus, MOST_CERTIFICATES);
  }

  /** How far a model can be from its oldest ancestor. `manifest`: of all of them, where it is known. */
  accumulatedDrift(id: Hex, manifest: Manifest | undefined): Promise<AccumulatedDrift | undefined> {
    return accumulatedDrift(this.registry, id, manifest);
  }

  /** Addresses at which somebody says that a model's manifest is. */
  manifestUris(id: Hex): Promise<string[]> {
    return this.registry.findManifestUris(id);
  }
}

/** The wallet's account, after its owner agreed. Throws `UnavailableError` if they do not, or the chain differs. */
export async function walletSigner(wallet: Eip1193Provider | undefined, chainId: bigint): Promise<Signer> {
  const { provider, chainId: actual } = await openWallet(wallet);
  if (actual !== chainId) {
    throw new InputError(`the wallet is on chain ${actual}, the registry on chain ${chainId}`, {
      remedy: "Switch the wallet's network and try again.",
    });
  }
  try {
    return await provider.getSigner();
  } catch (cause) {
    throw new UnavailableError("the wallet gave no account", { remedy: "Unlock it and allow this page.", cause });
  }
}

interface Opened<P> {
  readonly provider: P;
  readonly chainId: bigint;
  readonly source: string;
}

async function openWallet(wallet: Eip1193Provider | undefined): Promise<Opened<BrowserProvider>> {
  if (wallet === undefined) {
    throw new UnavailableError("this browser has no wallet", {
      remedy: "Install one that offers itself to pages (EIP-1193), or name a node in the settings.",
    });
  }
  const provider = new BrowserProvider(wallet, "any", { cacheTimeout: -1 });
  try {
    return { provider, chainId: (await provider.getNetwork()).chainId, source: "your wallet" };
  } catch (cause) {
    throw new UnavailableError("the wallet does not answer", { remedy: "Unlock it and reload the page.", cause });
  }
}

async function openNode(rpc: string | undefined): Promise<Opened<JsonRpcProvider>> {
  if (rpc === undefined) {
    throw new InputError("no node of a chain is set", { remedy: "Name one in the settings, or use a wallet." });
  }
  const chainId = await askChainId(rpc);
  const request = new FetchRequest(rpc);
  request.timeout = TIMEOUT_MS;
  const options = { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 } as const;
  return { provider: new JsonRpcProvider(request, Network.from(chainId), options), chainId, source: rpc };
}

/** Asked by hand first: ethers would try for ever where nobody answers. */
async function askChainId(rpc: string): Promise<bigint> {
  const unreachable = (detail: string, cause?: unknown): UnavailableError =>
    new UnavailableError(`${rpc}: ${detail}`, {
      remedy: "Check the node's address in the settings, that it runs, and that it lets pages ask (CORS).",
      cause,
    });
  let answer: unknown;
  try {
    const response = await fetch(rpc, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answer = await response.json();
  } catch (cause) {
    throw unreachable("no node answers", cause);
  }
  const result = typeof answer === "object" && answer !== null && "result" in answer ? answer.result : undefined;
  if (typeof result !== "string" || !/^0x[0-9a-fA-F]+$/u.test(result)) {
    throw unreachable("the answer is not that of a node");
  }
  return BigInt(result);
}
