import type { Provider } from "ethers";
import type { Hex } from "../algebra/hex.js";
import * as connection from "./connection.js";
import { findCertificates } from "./find-certificates.js";
import type { RegistryLogs } from "./logs/events.js";
import * as descent from "./read-descent.js";
import * as records from "./read-records.js";
import * as routes from "./read-routes.js";
import type { RegisteredCertificate } from "./records.js";
import { findManifestUris } from "./statements.js";
import * as certificates from "./write-certificates.js";
import * as subjects from "./write-records.js";
import * as signed from "./write-signed.js";

/**
 * One drift registry on one chain, with the functions that read and write it as methods: a method does what the function
 * of its line does, whose docstring says more. A client is a connection itself, for functions that have no method. Every
 * method throws `RegistryError` (with the contract's custom error) if the registry refuses and `UnavailableError` if the
 * chain cannot be asked, or contradicts itself.
 */
export class DriftRegistryClient implements connection.RegistryConnection {
  readonly address: Hex;
  readonly provider: Provider;
  readonly events: RegistryLogs;
  readonly constants: { srsId?: Hex } = {};

  /** The chain that proofs must be bound to. */
  readonly chainId = this.#method(connection.chainIdOf);
  /** The SRS that models must be committed with. */
  readonly srsId = this.#method(connection.srsIdOf);
  /** Throws `InputError` if no drift registry of this version is at the address. */
  readonly assertPresent = this.#method(connection.assertPresent);

  /** What the registry itself keeps of something, without its logs; `undefined` if it is not registered. */
  readonly findRecord = this.#method(records.findRecord);
  /** `undefined` if the model is not registered. */
  readonly getModel = this.#method(records.getModel);
  /** `undefined` if the policy is not registered. */
  readonly getPolicy = this.#method(records.getPolicy);
  /** The class table of a registered policy's base; `undefined` if the policy is not registered. */
  readonly getClasses = this.#method(records.getClasses);
  /** `undefined` if the certificate is not registered. */
  readonly getCertificate = this.#method(records.getCertificate);
  /** The transaction with which a certificate was registered; `undefined` if there is none. */
  readonly findRegistration = this.#method(records.findRegistration);
  /** Addresses at which somebody says the manifest of a model is, oldest first. Check its hash. */
  readonly findManifestUris = this.#method(findManifestUris);

  /** The verifying keys of a tier, the oldest first. */
  readonly routesOf = this.#method(routes.routesOf);
  /** The verifier of a tier's newest key that takes certificates, or `undefined` if there is none. */
  readonly verifierOf = this.#method(routes.verifierOf);
  /** The verifying keys that a registered certificate was proven with. */
  readonly routesOfCertificate = this.#method(routes.routesOfCertificate);
  /** Tiers that the registry has a verifying key for. */
  readonly supportedTiers = this.#method(routes.supportedTiers);

  /** Whether that publisher's certificate is active: registered, not expired, superseded or revoked. */
  readonly isCertified = this.#method(descent.isCertified);
  /** Whether a publisher may certify from a model. */
  readonly mayDerive = this.#method(descent.mayDerive);
  /** Models on the way up from a model, the nearest first. */
  readonly ancestors = this.#method(descent.ancestors);
  /** How far a model can be from an ancestor, over the active certificates by which it descends. */
  readonly driftFrom = this.#method(descent.driftFrom);
  /** How far a model can be from the first certificate's base, over active certificates that lead to each other. */
  readonly accumulatedDrift = this.#method(descent.driftAlong);
  /** Whether what the certificates by which a model descends allow together is what a policy of the ancestor allows. */
  readonly isWithin = this.#method(descent.isWithin);
  /** As `isWithin`, over a path of active certificates, the oldest first. */
  readonly isWithinBy = this.#method(descent.isWithinBy);

  /** Registers a model; restricted, only publishers that the signer allows can certify from it. */
  readonly registerModel = this.#method(subjects.registerModel);
  /** Allows or forbids a publisher to certify from a restricted model of the signer. */
  readonly setDeriver = this.#method(subjects.setDeriver);
  /** Registers a policy for a base, with the base's class table. */
  readonly registerPolicy = this.#method(subjects.registerPolicy);
  /** Says where more about a model, policy or certificate can be found. */
  readonly publishMetadata = this.#method(subjects.publishMetadata);

  /** Registers a certificate of the sender. */
  readonly certify = this.#method(certificates.certify);
  /** Registers several certificates of the sender in one transaction, in this order: all or none. */
  readonly certifyMany = this.#method(certificates.certifyMany);
  /** What `certify` would do, without sending it: throws what the registry would refuse with. */
  readonly simulateCertify = this.#method(certificates.simulateCertify);
  /** Ends certificates of the signer, for good. */
  readonly revoke = this.#method(certificates.revoke);
  /** Ends a certificate of the signer in favor of another active one of the signer. */
  readonly supersede = this.#method(certificates.supersede);
  /** Makes an active certificate the one by which a model has a parent, where it has none that is active. */
  readonly adoptParent = this.#method(certificates.adoptParent);

  /** The publisher signs, and `certifyFor` with the result can be sent by anybody. */
  readonly signCertify = this.#method(signed.signCertify);
  /** Registers a certificate for its publisher, who has signed: with the same terms. */
  readonly certifyFor = this.#method(signed.certifyFor);
  /** The publisher signs, and `revokeFor` with the result can be sent by anybody. */
  readonly signRevoke = this.#method(signed.signRevoke);
  /** Ends certificates of a publisher who has signed. */
  readonly revokeFor = this.#method(signed.revokeFor);

  constructor(address: Hex, provider: Provider, options?: connection.ConnectionOptions) {
    ({ address: this.address, events: this.events } = connection.registryConnection(address, provider, options));
    this.provider = provider;
  }

  /** All certificates that lead to a model, oldest first. `fromBlock` spares public nodes a search from block 0. */
  findByTunedModel(tunedModelId: Hex, fromBlock?: number): Promise<RegisteredCertificate[]> {
    return findCertificates(this, { tunedModelId }, fromBlock);
  }

  /** All certificates that start from a model, oldest first: its children. */
  findByBaseModel(baseModelId: Hex, fromBlock?: number): Promise<RegisteredCertificate[]> {
    return findCertificates(this, { baseModelId }, fromBlock);
  }

  /** All certificates of a publisher, oldest first. */
  findByPublisher(publisher: Hex, fromBlock?: number): Promise<RegisteredCertificate[]> {
    return findCertificates(this, { publisher }, fromBlock);
  }

  /** All certificates under a policy, oldest first. */
  findByPolicy(policyId: Hex, fromBlock?: number): Promise<RegisteredCertificate[]> {
    return findCertificates(this, { policyId }, fromBlock);
  }

  #method<Rest extends readonly unknown[], Answer>(
    of: (registry: connection.RegistryConnection, ...rest: Rest) => Answer,
  ): (...rest: Rest) => Answer {
    return (...rest) => of(this, ...rest);
  }
}
