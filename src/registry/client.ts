import type { Provider, Signer, TransactionReceipt } from "ethers";
import type { Certificate } from "../certificate/certificate.js";
import type { ModelParts } from "../commitment/model-id.js";
import type { Policy } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import { InputError, RegistryError, UnavailableError } from "../errors/errors.js";
import { tierById, type Tier } from "../protocol/tiers.js";
import type { TileClass } from "../quantize/class-table.js";
import {
  assertCertificateRecord,
  assertClassesRecord,
  assertModelRecord,
  assertPolicyRecord,
  contradiction,
} from "./check-record.js";
import type { Answer, Arguments, EventName, FunctionName, ViewName } from "./abi-types.js";
import { encodeCall } from "./abi-values.js";
import { callRegistry, eventArguments, inclusionOf, sendToRegistry, type Inclusion } from "./call.js";
import { signCertify, signRevoke, type SigningTerms } from "./delegation.js";
import {
  certifyParams,
  encodeCertify,
  encodeRegisterModel,
  encodeRegisterPolicy,
  type CertifyParams,
  type CertifyTerms,
  type Metadata,
  type PolicyOfBase,
  type RouteOfTier,
} from "./encode.js";
import { certificateId } from "../certificate/certificate-id.js";
import {
  decodeAncestor,
  decodeCertificate,
  decodeClasses,
  decodeDriftInterval,
  decodeModel,
  decodePolicy,
  decodeRoute,
  type Ancestor,
  type DriftInterval,
  type RegisteredCertificate,
  type RegisteredModel,
  type RegisteredRoute,
  type Step,
} from "./records.js";
import { listCertificates, type CertificateFilter } from "./logs/certificates.js";
import { readEvents, topicsOf, type RegistryLogs, type RegistryEvent } from "./logs/events.js";
import type { LogStore } from "./logs/kept-logs.js";
import { DEFAULT_RETRY, withRetry } from "./logs/retry.js";
import type { ScanOptions } from "./logs/scan.js";
import { decodeRegistryFailure } from "./revert.js";

/** How the registry refuses to tell of what it does not have. */
const UNKNOWN = { model: "UnknownModel", policy: "UnknownPolicy", certificate: "UnknownCertificate" } as const;

/** What a publisher adds to a certificate, and with which verifying keys it was proven. */
export interface CertifyOptions extends CertifyTerms {
  /** By default the newest of the tier's that is not frozen. */
  readonly routeOf?: RouteOfTier | undefined;
}

/** How long a signed request counts. */
export interface DelegationOptions extends CertifyOptions {
  /** Seconds since 1970; by default an hour from now. */
  readonly deadline?: number | undefined;
}

/** A certificate that was registered. */
export type Certified = Inclusion & { readonly certificateId: Hex; readonly tunedModelId: Hex };

/** The transaction by which something was registered. */
export interface Registration {
  readonly transactionHash: Hex;
  /** In lower case. */
  readonly calldata: Hex;
}

/** How a client reads a registry's events. */
export interface ClientOptions extends ScanOptions {
  /** Block of the registry's deployment, which spares public nodes searches from block 0. */
  readonly deployedAt?: number | undefined;
  /** Keeps what a node has told between calls or runs: one for each node, as a liar's answers are kept as well. */
  readonly store?: LogStore | undefined;
}

/**
 * One drift registry on one chain. Every method throws `RegistryError` (with the contract's custom error) if the
 * registry refuses and `UnavailableError` if the chain cannot be asked.
 */
export class DriftRegistryClient {
  /** Lowercase. */
  readonly address: Hex;
  readonly #provider: Provider;
  #srsId: Hex | undefined;

  /** For what reads the registry's events itself, such as `scanCertificates` and `watchRegistry`. */
  readonly events: RegistryLogs;

  constructor(address: Hex, provider: Provider, { deployedAt = 0, ...options }: ClientOptions = {}) {
    this.address = address.toLowerCase() as Hex;
    this.#provider = provider;
    this.events = { ...options, provider, registry: this.address, fromBlock: deployedAt };
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
  async srsId(): Promise<Hex> {
    this.#srsId ??= await this.#call("srsId", []);
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

  /** The verifier of a tier's newest key that takes certificates, or `undefined` if there is none. */
  async verifierOf(tier: Tier): Promise<Hex | undefined> {
    return (await this.routesOf(tier)).findLast(({ isFrozen }) => !isFrozen)?.verifier;
  }

  /** The verifying keys of a tier, the oldest first. */
  async routesOf({ id }: Pick<Tier, "id">): Promise<RegisteredRoute[]> {
    const routes: RegisteredRoute[] = [];
    for (const routeId of await this.#call("routesOf", [id])) {
      routes.push(decodeRoute(routeId, await this.#call("route", [routeId])));
    }
    return routes;
  }

  /** `isRestricted`: only publishers that the signer allows can certify from it, for good. */
  async registerModel(
    signer: Signer,
    parts: ModelParts,
    manifestURI = "",
    options: { readonly isRestricted?: boolean } = {},
  ): Promise<Inclusion & { readonly modelId: Hex }> {
    const data = encodeRegisterModel(parts, manifestURI, options.isRestricted);
    const receipt = await sendToRegistry(signer, this.address, data);
    const { modelId } = eventArguments(receipt, this.address, "ModelRegistered");
    return { ...inclusionOf(receipt), modelId };
  }

  /** Allows or forbids a publisher to certify from a restricted model of the signer. */
  setDeriver(signer: Signer, modelId: Hex, publisher: Hex, isAllowed: boolean): Promise<Inclusion> {
    return this.#send(signer, "setDeriver", [modelId, publisher, isAllowed]);
  }

  /** Says where more about a model, policy or certificate can be found. */
  publishMetadata(signer: Signer, subjectId: Hex, metadata: Metadata): Promise<Inclusion> {
    return this.#send(signer, "publishMetadata", [subjectId, metadata]);
  }

  /** Registers a policy for a base, with the class table by which the registry derives units. */
  async registerPolicy(signer: Signer, policy: PolicyOfBase): Promise<Inclusion & { readonly policyId: Hex }> {
    const receipt = await sendToRegistry(signer, this.address, encodeRegisterPolicy(policy));
    const { policyId } = eventArguments(receipt, this.address, "PolicyRegistered");
    return { ...inclusionOf(receipt), policyId };
  }

  /** Registers a certificate. The sender must be its publisher, or the proofs are not valid. */
  async certify(signer: Signer, certificate: Certificate, options: CertifyOptions = {}): Promise<Certified> {
    const params = await this.#certifyParams(certificate, options);
    return this.#certified(await sendToRegistry(signer, this.address, encodeCertify(params)));
  }

  /** Registers several certificates of the sender in one transaction, in this order: all or none. */
  async certifyMany(
    signer: Signer,
    certificates: readonly Certificate[],
    options: CertifyOptions = {},
  ): Promise<Inclusion & { readonly certificateIds: readonly Hex[] }> {
    const params: CertifyParams[] = [];
    for (const certificate of certificates) params.push(await this.#certifyParams(certificate, options));
    const included = await this.#send(signer, "certifyMany", [params]);
    return { ...included, certificateIds: certificates.map(certificateId) };
  }

  /** What `certify` would do, without sending it: throws what the registry would refuse with. */
  async simulateCertify(
    sender: Hex,
    certificate: Certificate,
    options: CertifyOptions = {},
  ): Promise<{ readonly gas: bigint }> {
    const data = encodeCertify(await this.#certifyParams(certificate, options));
    try {
      return { gas: await this.#provider.estimateGas({ from: sender, to: this.address, data }) };
    } catch (error) {
      throw decodeRegistryFailure(error);
    }
  }

  /** The publisher signs, and `certifyFor` with the result can be sent by anybody. */
  async signCertify(
    publisher: Signer,
    certificate: Certificate,
    options: DelegationOptions = {},
  ): Promise<{ readonly signature: Hex; readonly deadline: number }> {
    const signing = await this.#signing(certificate.publisher, options.deadline);
    return {
      signature: await signCertify(publisher, certificate, signing, options),
      deadline: signing.deadline,
    };
  }

  /** Registers a certificate for its publisher, who has signed: with the same terms. */
  async certifyFor(
    relayer: Signer,
    certificate: Certificate,
    signed: { readonly signature: Hex; readonly deadline: number },
    options: CertifyOptions = {},
  ): Promise<Certified> {
    const params = await this.#certifyParams(certificate, options);
    const data = encodeCall("certifyFor", [params, certificate.publisher, signed.deadline, signed.signature]);
    return this.#certified(await sendToRegistry(relayer, this.address, data));
  }

  /** Ends certificates of the signer, for good. */
  revoke(signer: Signer, certificateIds: readonly Hex[], reason: string): Promise<Inclusion> {
    return this.#send(signer, "revoke", [certificateIds, reason]);
  }

  /** The publisher signs, and `revokeFor` with the result can be sent by anybody. */
  async signRevoke(
    signer: Signer,
    request: { readonly publisher: Hex; readonly certificateIds: readonly Hex[]; readonly reason: string },
    deadline?: number,
  ): Promise<{ readonly signature: Hex; readonly deadline: number }> {
    const signing = await this.#signing(request.publisher, deadline);
    return { signature: await signRevoke(signer, request, signing), deadline: signing.deadline };
  }

  /** Ends certificates of a publisher who has signed. */
  revokeFor(
    relayer: Signer,
    request: { readonly publisher: Hex; readonly certificateIds: readonly Hex[]; readonly reason: string },
    { signature, deadline }: { readonly signature: Hex; readonly deadline: number },
  ): Promise<Inclusion> {
    const { publisher, certificateIds, reason } = request;
    return this.#send(relayer, "revokeFor", [certificateIds, reason, publisher, deadline, signature]);
  }

  /** Ends a certificate of the signer in favor of another active one of the signer. */
  supersede(signer: Signer, oldId: Hex, newId: Hex): Promise<Inclusion> {
    return this.#send(signer, "supersede", [oldId, newId]);
  }

  /** Makes an active certificate the one by which a model has a parent, where it has none that is active. */
  adoptParent(signer: Signer, { publisher, policyId }: Step, tunedModelId: Hex): Promise<Inclusion> {
    return this.#send(signer, "adoptParent", [publisher, policyId, tunedModelId]);
  }

  /** `undefined` if the model is not registered. */
  async getModel(modelId: Hex): Promise<RegisteredModel | undefined> {
    const record = await this.findRecord("model", modelId);
    if (record === undefined) return undefined;
    const { args } = await this.#event("ModelRegistered", [modelId]);
    const model = decodeModel(modelId, await this.srsId(), record, args);
    assertModelRecord(model, modelId);
    return model;
  }

  /** `undefined` if the policy is not registered. */
  async getPolicy(policyId: Hex): Promise<Policy | undefined> {
    const record = await this.findRecord("policy", policyId);
    if (record === undefined) return undefined;
    const policy = decodePolicy(record);
    assertPolicyRecord(policy, policyId);
    return policy;
  }

  /**
   * The class table of a registered policy's base, as its registration told; `undefined` if the policy is not registered.
   * Throws `UnavailableError` if it is not that of `base`.
   */
  async getClasses(policyId: Hex, base: Pick<ModelParts, "classTableHash">): Promise<TileClass[] | undefined> {
    const [event] = await this.#events("PolicyRegistered", [policyId]);
    if (event === undefined) return undefined;
    const classes = decodeClasses(event.args.classes);
    assertClassesRecord(classes, base);
    return classes;
  }

  /** `undefined` if the certificate is not registered. Throws `UnavailableError` if the node contradicts its id. */
  async getCertificate(id: Hex): Promise<RegisteredCertificate | undefined> {
    const record = await this.findRecord("certificate", id);
    if (record === undefined) return undefined;
    const { args, blockNumber } = await this.#event("CertificateRegistered", [null, null, id]);
    return this.#checked(decodeCertificate({ ...args, certificateId: id, blockNumber }, record));
  }

  /** The transaction with which a certificate was registered, as the node tells of it; `undefined` if there is none. */
  async findRegistration(id: Hex): Promise<Registration | undefined> {
    const [event] = await this.#events("CertificateRegistered", [null, null, id]);
    if (event === undefined) return undefined;
    const { transactionHash } = event;
    try {
      const transaction = await withRetry(
        () => this.#provider.getTransaction(transactionHash),
        this.events.retry ?? DEFAULT_RETRY,
      );
      if (transaction === null) {
        throw new UnavailableError(`the node does not have the transaction ${transactionHash}`, {
          remedy: "Ask a node that keeps old transactions.",
        });
      }
      return { transactionHash, calldata: transaction.data.toLowerCase() as Hex };
    } catch (error) {
      throw decodeRegistryFailure(error);
    }
  }

  /** The verifying keys that a registered certificate was proven with, by the node's word. */
  async routesOfCertificate(id: Hex): Promise<RegisteredRoute[]> {
    const { args } = await this.#event("CertificateRegistered", [null, null, id]);
    const routes: RegisteredRoute[] = [];
    for (const routeId of new Set(args.routeIds))
      routes.push(decodeRoute(routeId, await this.#call("route", [routeId])));
    return routes;
  }

  /** All certificates that lead to a model, oldest first. `fromBlock` spares public nodes a search from block 0. */
  findByTunedModel(tunedModelId: Hex, fromBlock?: number): Promise<RegisteredCertificate[]> {
    return this.#certificates({ tunedModelId }, fromBlock);
  }

  /** All certificates that start from a model, oldest first: its children. */
  findByBaseModel(baseModelId: Hex, fromBlock?: number): Promise<RegisteredCertificate[]> {
    return this.#certificates({ baseModelId }, fromBlock);
  }

  /** All certificates of a publisher, oldest first. */
  findByPublisher(publisher: Hex, fromBlock?: number): Promise<RegisteredCertificate[]> {
    return this.#certificates({ publisher }, fromBlock);
  }

  /** All certificates under a policy, oldest first. */
  findByPolicy(policyId: Hex, fromBlock?: number): Promise<RegisteredCertificate[]> {
    return this.#certificates({ policyId }, fromBlock);
  }

  /** Addresses at which somebody says the manifest of a model is, oldest first. Check its hash. */
  async findManifestUris(modelId: Hex, fromBlock?: number): Promise<string[]> {
    const model = await this.getModel(modelId);
    if (model === undefined) return [];
    const events = await this.#events("MetadataPublished", [modelId, null, model.manifestHash], fromBlock);
    return events.map(({ args }) => args.uri);
  }

  /** Whether that publisher's certificate is active: registered, not expired, superseded or revoked. */
  async isCertified(publisher: Hex, baseModelId: Hex, tunedModelId: Hex, policyId: Hex): Promise<boolean> {
    return this.#call("isCertified", [publisher, baseModelId, tunedModelId, policyId]);
  }

  /** Whether a publisher may certify from a model. */
  async mayDerive(modelId: Hex, publisher: Hex): Promise<boolean> {
    return this.#call("mayDerive", [modelId, publisher]);
  }

  /** Models on the way up from a model, the nearest first. */
  async ancestors(modelId: Hex, most = 64): Promise<Ancestor[]> {
    return (await this.#call("ancestors", [modelId, most])).map(decodeAncestor);
  }

  /** How far a model can be from an ancestor, over the active certificates by which it descends. */
  async driftFrom(modelId: Hex, ancestorId: Hex, most = 64): Promise<DriftInterval[]> {
    return (await this.#call("driftFrom", [modelId, ancestorId, most])).map(decodeDriftInterval);
  }

  /** How far a model can be from the first certificate's base, over active certificates that lead to each other. */
  async accumulatedDrift(steps: readonly Step[], tunedModelId: Hex): Promise<DriftInterval[]> {
    return (await this.#call("accumulatedDrift", [steps, tunedModelId])).map(decodeDriftInterval);
  }

  /** Whether what the certificates by which a model descends allow together is what a policy of the ancestor allows. */
  async isWithin(modelId: Hex, ancestorId: Hex, policyId: Hex): Promise<boolean> {
    return this.#call("isWithin", [modelId, ancestorId, policyId]);
  }

  /** As `isWithin`, over a path of active certificates, the oldest first: a model can have several parents. */
  async isWithinBy(steps: readonly Step[], modelId: Hex, policyId: Hex): Promise<boolean> {
    return this.#call("isWithinBy", [steps, modelId, policyId]);
  }

  /** Tiers that the registry has a verifying key for. */
  async supportedTiers(): Promise<Tier[]> {
    const events = await this.#events("RouteAdded", []);
    const ids = new Set(events.map(({ args }) => Number(args.tierId)));
    return [...ids].flatMap((id) => tierById(id) ?? []);
  }

  async #certifyParams(certificate: Certificate, options: CertifyOptions): Promise<CertifyParams> {
    const routes = new Map<number, Hex>();
    if (options.routeOf === undefined) {
      for (const id of new Set(certificate.segments.map(({ tierId }) => tierId))) {
        const route = (await this.routesOf({ id })).findLast(({ isFrozen }) => !isFrozen);
        if (route === undefined) throw this.#unsupported(id);
        routes.set(id, route.routeId);
      }
    }
    return certifyParams(certificate, options.routeOf ?? ((tierId) => routes.get(tierId) as Hex), options);
  }

  #unsupported(tierId: number): RegistryError {
    const name = tierById(tierId)?.name ?? tierId;
    return new RegistryError(`the registry ${this.address} takes no certificates of tier ${name}`, {
      errorName: "UnknownRoute",
      remedy: "Prove with a tier that the registry has a verifying key for.",
    });
  }

  #certified(receipt: TransactionReceipt): Certified {
    const { certificateId: id, tunedModelId } = eventArguments(receipt, this.address, "CertificateRegistered");
    return { ...inclusionOf(receipt), certificateId: id, tunedModelId };
  }

  async #signing(publisher: Hex, deadline: number | undefined): Promise<SigningTerms> {
    return {
      chainId: await this.chainId(),
      registry: this.address,
      nonce: await this.#call("nonces", [publisher]),
      deadline: deadline ?? Math.floor(Date.now() / 1000) + 3_600,
    };
  }

  async #send<Name extends FunctionName>(signer: Signer, name: Name, args: Arguments<Name>): Promise<Inclusion> {
    return inclusionOf(await sendToRegistry(signer, this.address, encodeCall(name, args)));
  }

  #call<Name extends ViewName>(name: Name, args: Arguments<Name>): Promise<Answer<Name>> {
    return callRegistry(this.#provider, this.address, name, args, this.events.retry);
  }

  /** What the registry itself keeps, in one call and without its logs. `undefined` if it is not registered. */
  async findRecord<Name extends "model" | "policy" | "certificate">(
    name: Name,
    id: Hex,
  ): Promise<Answer<Name> | undefined> {
    try {
      return await this.#call(name, [id] as const as Arguments<Name>);
    } catch (error) {
      if (error instanceof RegistryError && error.errorName === UNKNOWN[name]) return undefined;
      throw error;
    }
  }

  /** From the logs, and then record by record: `listCertificates` and `withStatus` are for many. */
  async #certificates(filter: CertificateFilter, fromBlock: number | undefined): Promise<RegisteredCertificate[]> {
    const certificates: RegisteredCertificate[] = [];
    for (const logged of await listCertificates(this.#since(fromBlock), filter)) {
      const { certificateId: id } = logged;
      const record = await this.findRecord("certificate", id);
      if (record === undefined) throw contradiction(`certificate ${id}`, "it has an event of it, and no record");
      certificates.push(await this.#checked(decodeCertificate(logged, record)));
    }
    return certificates;
  }

  async #checked(certificate: RegisteredCertificate): Promise<RegisteredCertificate> {
    assertCertificateRecord(certificate, await this.chainId(), this.address);
    return certificate;
  }

  /** The one event of something that is registered. */
  async #event<Name extends EventName>(name: Name, indexed: readonly (Hex | null)[]): Promise<RegistryEvent<Name>> {
    const [event] = await this.#events(name, indexed);
    if (event !== undefined) return event;
    throw new UnavailableError(`the node has no ${name} of what the registry ${this.address} has registered`, {
      remedy: "Use a node that keeps logs, and check the block of the deployment.",
    });
  }

  #events<Name extends EventName>(
    name: Name,
    indexed: readonly (Hex | null)[],
    fromBlock?: number,
  ): Promise<RegistryEvent<Name>[]> {
    return readEvents(this.#since(fromBlock), topicsOf(name, indexed));
  }

  #since(fromBlock: number | undefined): RegistryLogs {
    return fromBlock === undefined ? this.events : { ...this.events, fromBlock };
  }
}
