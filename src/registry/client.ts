import type { Provider, Result, Signer } from "ethers";
import type { Certificate } from "../wrap/certificate.js";
import type { ModelParts } from "../commitment/model-id.js";
import type { Policy } from "../drift/rule.js";
import type { Hex } from "../encoding/hex.js";
import { InputError, RegistryError, UnavailableError } from "../errors/errors.js";
import { tierById, type Tier } from "../protocol/tiers.js";
import { callRegistry, eventArguments, inclusionOf, sendToRegistry, type Inclusion } from "./call.js";
import {
  certifyParams,
  driftRegistryInterface,
  encodeCertify,
  encodeRegisterModel,
  encodeRegisterPolicy,
} from "./encode.js";
import {
  decodeCertificate,
  decodeModel,
  decodeRule,
  type RegisteredCertificate,
  type RegisteredModel,
} from "./records.js";
import { scanLogs, type Topic } from "./logs/scan.js";
import { decodeRegistryFailure } from "./revert.js";

/**
 * One drift registry on one chain. Every method throws `RegistryError` (with the contract's custom error) if the
 * registry refuses and `UnavailableError` if the chain cannot be asked.
 */
export class DriftRegistryClient {
  /** Lowercase. */
  readonly address: Hex;
  readonly #provider: Provider;
  #srsId: Promise<Hex> | undefined;

  constructor(address: Hex, provider: Provider) {
    this.address = address.toLowerCase() as Hex;
    this.#provider = provider;
  }

  /** The chain that proofs must be bound to. */
  async chainId(): Promise<bigint> {
    try {
      return (await this.#provider.getNetwork()).chainId;
    } catch (error) {
      throw decodeRegistryFailure(error);
    }
  }

  /** The SRS that models must be committed with. */
  srsId(): Promise<Hex> {
    this.#srsId ??= this.#call("srsId", []).then((result) => String(result[0]) as Hex);
    return this.#srsId;
  }

  /** Throws `InputError` if no drift registry of this version is at the address: before anything is sent there. */
  async assertPresent(): Promise<void> {
    try {
      await this.srsId();
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      throw new InputError(`there is no drift registry at ${this.address} on chain ${await this.chainId()}`, {
        remedy: "Check the registry's address, and that the node is one of its chain.",
        cause: error,
      });
    }
  }

  /** The verifier of a tier, or `undefined` if the registry does not support the tier. */
  async verifierOf(tier: Tier): Promise<Hex | undefined> {
    const address = String((await this.#call("verifierOf", [tier.id]))[0]).toLowerCase() as Hex;
    return /^0x0{40}$/.test(address) ? undefined : address;
  }

  async registerModel(
    signer: Signer,
    parts: ModelParts,
    manifestURI = "",
  ): Promise<Inclusion & { readonly modelId: Hex }> {
    const receipt = await sendToRegistry(signer, this.address, encodeRegisterModel(parts, manifestURI));
    const modelId = String(eventArguments(receipt, this.address, "ModelRegistered").getValue("modelId")) as Hex;
    return { ...inclusionOf(receipt), modelId };
  }

  async registerPolicy(signer: Signer, policy: Policy): Promise<Inclusion & { readonly policyId: Hex }> {
    const receipt = await sendToRegistry(signer, this.address, encodeRegisterPolicy(policy));
    const policyId = String(eventArguments(receipt, this.address, "PolicyRegistered").getValue("policyId")) as Hex;
    return { ...inclusionOf(receipt), policyId };
  }

  /** Registers a certificate. The sender must be its publisher, or the proofs are not valid. */
  async certify(
    signer: Signer,
    certificate: Certificate,
  ): Promise<Inclusion & { readonly certificateId: Hex; readonly tunedModelId: Hex }> {
    const receipt = await sendToRegistry(signer, this.address, encodeCertify(certifyParams(certificate)));
    const event = eventArguments(receipt, this.address, "CertificateRegistered");
    return {
      ...inclusionOf(receipt),
      certificateId: String(event.getValue("certificateId")) as Hex,
      tunedModelId: String(event.getValue("tunedModelId")) as Hex,
    };
  }

  /** What `certify` would do, without sending it: throws what the registry would refuse with. */
  async simulateCertify(sender: Hex, certificate: Certificate): Promise<{ readonly gas: bigint }> {
    const data = encodeCertify(certifyParams(certificate));
    try {
      return { gas: await this.#provider.estimateGas({ from: sender, to: this.address, data }) };
    } catch (error) {
      throw decodeRegistryFailure(error);
    }
  }

  /** `undefined` if the model is not registered. */
  async getModel(modelId: Hex): Promise<RegisteredModel | undefined> {
    const result = await this.#find("model", modelId, "UnknownModel");
    return result && decodeModel(modelId, await this.srsId(), result[0] as Result);
  }

  /** `undefined` if the policy is not registered. */
  async getPolicy(policyId: Hex): Promise<Policy | undefined> {
    const result = await this.#find("policy", policyId, "UnknownPolicy");
    if (result === undefined) return undefined;
    const [baseModelId, rules] = result as unknown as [Hex, readonly Result[]];
    return { baseModelId, rules: Array.from(rules, decodeRule) };
  }

  /** `undefined` if the certificate is not registered. */
  async getCertificate(certificateId: Hex): Promise<RegisteredCertificate | undefined> {
    const result = await this.#find("certificate", certificateId, "UnknownCertificate");
    return result && decodeCertificate(certificateId, result[0] as Result);
  }

  /**
   * All certificates that lead to a model, oldest first. `fromBlock` spares public nodes a search from block 0. Throws
   * `UnavailableError` if the node's records are not those of its events.
   */
  async findByTunedModel(tunedModelId: Hex, fromBlock = 0): Promise<RegisteredCertificate[]> {
    const certificates: RegisteredCertificate[] = [];
    for (const event of await this.#events("CertificateRegistered", [tunedModelId], fromBlock)) {
      const id = String(event.getValue("certificateId")) as Hex;
      const certificate = await this.getCertificate(id);
      if (certificate === undefined) continue;
      if (certificate.tunedModelId !== tunedModelId.toLowerCase()) {
        throw new UnavailableError(`the node's record of certificate ${id} is about another model than its event`, {
          remedy: "Do not rely on this node: ask another one.",
        });
      }
      certificates.push(certificate);
    }
    return certificates;
  }

  /** Addresses at which somebody says the manifest of a model is, oldest first. Check its hash. */
  async findManifestUris(modelId: Hex, fromBlock = 0): Promise<string[]> {
    const events = await this.#events("ManifestPublished", [modelId], fromBlock);
    return events.map((event) => String(event.getValue("manifestURI")));
  }

  /** Tiers that the registry has a verifier for. */
  async supportedTiers(): Promise<Tier[]> {
    const events = await this.#events("VerifierConfigured", [], 0);
    return events.flatMap((event) => tierById(Number(event.getValue("tierId"))) ?? []);
  }

  #call(name: string, args: readonly unknown[]): Promise<Result> {
    return callRegistry(this.#provider, this.address, name, args);
  }

  async #find(name: string, id: Hex, unknownError: string): Promise<Result | undefined> {
    try {
      return await this.#call(name, [id]);
    } catch (error) {
      if (error instanceof RegistryError && error.errorName === unknownError) return undefined;
      throw error;
    }
  }

  async #events(name: string, indexed: readonly Hex[], fromBlock: number): Promise<Result[]> {
    const topics = driftRegistryInterface.encodeFilterTopics(name, [...indexed]);
    const found: Result[] = [];
    try {
      const toBlock = await this.#provider.getBlockNumber();
      const query = { address: this.address, topics: topics as Topic[], fromBlock, toBlock };
      for await (const page of scanLogs(this.#provider, query)) {
        for (const log of page) {
          const parsed = driftRegistryInterface.parseLog(log);
          if (parsed !== null) found.push(parsed.args);
        }
      }
      return found;
    } catch (error) {
      throw decodeRegistryFailure(error);
    }
  }
}
