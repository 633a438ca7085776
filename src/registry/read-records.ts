import type { ModelParts } from "../commitment/model-id.js";
import type { Policy } from "../policy/rule.js";
import type { Hex } from "../algebra/hex.js";
import { RegistryError, UnavailableError } from "../errors/errors.js";
import type { TileClass } from "../quantize/class-table.js";
import type { Answer, Arguments, EventName } from "./abi-types.js";
import { assertCertificateRecord, assertClassesRecord, assertModelRecord, assertPolicyRecord } from "./check-record.js";
import { callView, chainIdOf, eventsOf, srsIdOf, type RegistryConnection } from "./connection.js";
import type { RegistryEvent } from "./logs/events.js";
import { DEFAULT_RETRY, withRetry } from "./logs/retry.js";
import {
  decodeCertificate,
  decodeClasses,
  decodeModel,
  decodePolicy,
  type RegisteredCertificate,
  type RegisteredModel,
} from "./records.js";
import { decodeRegistryFailure } from "./revert.js";

/** How the registry refuses to tell of what it does not have. */
const UNKNOWN = { model: "UnknownModel", policy: "UnknownPolicy", certificate: "UnknownCertificate" } as const;

/** The transaction by which something was registered. */
export interface Registration {
  readonly transactionHash: Hex;
  /** In lower case. */
  readonly calldata: Hex;
}

/** What the registry itself keeps, in one call and without its logs. `undefined` if it is not registered. */
export async function findRecord<Name extends keyof typeof UNKNOWN>(
  registry: RegistryConnection,
  name: Name,
  id: Hex,
): Promise<Answer<Name> | undefined> {
  try {
    return await callView(registry, name, [id] as const as Arguments<Name>);
  } catch (error) {
    if (error instanceof RegistryError && error.errorName === UNKNOWN[name]) return undefined;
    throw error;
  }
}

/** `undefined` if the model is not registered. Throws `UnavailableError` if the node contradicts its id. */
export async function getModel(registry: RegistryConnection, modelId: Hex): Promise<RegisteredModel | undefined> {
  const record = await findRecord(registry, "model", modelId);
  if (record === undefined) return undefined;
  const { args } = await theEvent(registry, "ModelRegistered", [modelId]);
  const model = decodeModel(modelId, await srsIdOf(registry), record, args);
  assertModelRecord(model, modelId);
  return model;
}

/** `undefined` if the policy is not registered. Throws `UnavailableError` if the node contradicts its id. */
export async function getPolicy(registry: RegistryConnection, policyId: Hex): Promise<Policy | undefined> {
  const record = await findRecord(registry, "policy", policyId);
  if (record === undefined) return undefined;
  const policy = decodePolicy(record);
  assertPolicyRecord(policy, policyId);
  return policy;
}

/**
 * The class table of a registered policy's base, as its registration told; `undefined` if the policy is not registered.
 * Throws `UnavailableError` if it is not that of `base`.
 */
export async function getClasses(
  registry: RegistryConnection,
  policyId: Hex,
  base: Pick<ModelParts, "classTableHash">,
): Promise<TileClass[] | undefined> {
  const [event] = await eventsOf(registry, "PolicyRegistered", [policyId]);
  if (event === undefined) return undefined;
  const classes = decodeClasses(event.args.classes);
  assertClassesRecord(classes, base);
  return classes;
}

/** `undefined` if the certificate is not registered. Throws `UnavailableError` if the node contradicts its id. */
export async function getCertificate(
  registry: RegistryConnection,
  id: Hex,
): Promise<RegisteredCertificate | undefined> {
  const record = await findRecord(registry, "certificate", id);
  if (record === undefined) return undefined;
  const { args, blockNumber } = await registrationEvent(registry, id);
  return checkedCertificate(registry, { ...args, certificateId: id, blockNumber }, record);
}

/** A certificate from its event and its record. Throws `UnavailableError` if they do not give its id. */
export async function checkedCertificate(
  registry: RegistryConnection,
  logged: Parameters<typeof decodeCertificate>[0],
  record: Answer<"certificate">,
): Promise<RegisteredCertificate> {
  const certificate = decodeCertificate(logged, record);
  assertCertificateRecord(certificate, await chainIdOf(registry), registry.address);
  return certificate;
}

/** The transaction with which a certificate was registered, as the node tells of it; `undefined` if there is none. */
export async function findRegistration(registry: RegistryConnection, id: Hex): Promise<Registration | undefined> {
  const [event] = await eventsOf(registry, "CertificateRegistered", [null, null, id]);
  if (event === undefined) return undefined;
  const { provider, events } = registry;
  const { transactionHash } = event;
  try {
    const ask = (): ReturnType<typeof provider.getTransaction> => provider.getTransaction(transactionHash);
    const transaction = await withRetry(ask, events.retry ?? DEFAULT_RETRY);
    if (transaction === null) {
      throw new UnavailableError(`the RPC node does not have the transaction ${transactionHash}`, {
        remedy: "Use an RPC node that keeps old transactions.",
      });
    }
    return { transactionHash, calldata: transaction.data.toLowerCase() as Hex };
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** The event of a registered certificate. Throws `UnavailableError` if the node does not have it. */
export function registrationEvent(
  registry: RegistryConnection,
  certificateId: Hex,
): Promise<RegistryEvent<"CertificateRegistered">> {
  return theEvent(registry, "CertificateRegistered", [null, null, certificateId]);
}

/** The one event of something that is registered. */
async function theEvent<Name extends EventName>(
  registry: RegistryConnection,
  name: Name,
  indexed: readonly (Hex | null)[],
): Promise<RegistryEvent<Name>> {
  const [event] = await eventsOf(registry, name, indexed);
  if (event !== undefined) return event;
  throw new UnavailableError(`the RPC node has no ${name} event for a record of the registry ${registry.address}`, {
    remedy: "Use an RPC node that keeps logs, and check the block of the deployment.",
  });
}
