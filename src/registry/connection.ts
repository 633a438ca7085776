import type { Provider, Signer } from "ethers";
import type { Hex } from "../algebra/hex.js";
import { InputError, RegistryError } from "../errors/errors.js";
import type { Answer, Arguments, EventName, FunctionName, ViewName } from "./abi-types.js";
import { encodeCall } from "./abi-values.js";
import { callRegistry, inclusionOf, sendToRegistry, type Inclusion } from "./call.js";
import { readEvents, topicsOf, type RegistryEvent, type RegistryLogs } from "./logs/events.js";
import type { LogStore } from "./logs/kept-logs.js";
import type { ScanOptions } from "./logs/scan.js";
import { decodeRegistryFailure } from "./revert.js";

/**
 * One drift registry on one chain: what every function that reads or writes it takes. They throw `RegistryError` (with the
 * contract's custom error) if the registry refuses and `UnavailableError` if the chain cannot be asked.
 */
export interface RegistryConnection {
  /** Lowercase. */
  readonly address: Hex;
  readonly provider: Provider;
  /** For what reads the registry's events itself, such as `scanCertificates` and `watchRegistry`. */
  readonly events: RegistryLogs;
  /** What the registry has answered and cannot change: it is asked once. */
  readonly constants: { srsId?: Hex };
}

/** How a registry's events are read. */
export interface ConnectionOptions extends ScanOptions {
  /** Block of the registry's deployment, which spares public nodes searches from block 0. */
  readonly deployedAt?: number | undefined;
  /** Keeps what a node has told between calls or runs: one for each node, as a liar's answers are kept as well. */
  readonly store?: LogStore | undefined;
}

/** Asks nothing yet: `assertPresent` does. */
export function registryConnection(
  address: Hex,
  provider: Provider,
  { deployedAt = 0, ...options }: ConnectionOptions = {},
): RegistryConnection {
  const lowercase = address.toLowerCase() as Hex;
  return {
    address: lowercase,
    provider,
    events: { ...options, provider, registry: lowercase, fromBlock: deployedAt },
    constants: {},
  };
}

/** The chain that proofs must be bound to. */
export async function chainIdOf({ provider }: RegistryConnection): Promise<bigint> {
  try {
    return (await provider.getNetwork()).chainId;
  } catch (error) {
    throw decodeRegistryFailure(error);
  }
}

/** The SRS that models must be committed with. */
export async function srsIdOf(registry: RegistryConnection): Promise<Hex> {
  registry.constants.srsId ??= await callView(registry, "srsId", []);
  return registry.constants.srsId;
}

/** Throws `InputError` if no drift registry of this version is at the address: before anything is sent there. */
export async function assertPresent(registry: RegistryConnection): Promise<void> {
  try {
    await srsIdOf(registry);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new InputError(`there is no drift registry at ${registry.address} on chain ${await chainIdOf(registry)}`, {
      remedy: "Check the registry's address, and that the RPC node is one of its chain.",
      cause: error,
    });
  }
}

/** What a view of the contract answers. */
export function callView<Name extends ViewName>(
  { provider, address, events }: RegistryConnection,
  name: Name,
  args: Arguments<Name>,
): Promise<Answer<Name>> {
  return callRegistry(provider, address, name, args, events.retry);
}

/** Sends a call of one of the contract's functions, and waits until it is included. */
export async function sendCall<Name extends FunctionName>(
  { address }: RegistryConnection,
  signer: Signer,
  name: Name,
  args: Arguments<Name>,
): Promise<Inclusion> {
  return inclusionOf(await sendToRegistry(signer, address, encodeCall(name, args)));
}

/** Events with these indexed arguments (`null` is any), oldest first, by default from the deployment on. */
export function eventsOf<Name extends EventName>(
  registry: RegistryConnection,
  name: Name,
  indexed: readonly (Hex | null)[],
  fromBlock?: number,
): Promise<RegistryEvent<Name>[]> {
  return readEvents(eventsSince(registry, fromBlock), topicsOf(name, indexed));
}

/** The registry's events, by default from the deployment on. */
export function eventsSince({ events }: RegistryConnection, fromBlock: number | undefined): RegistryLogs {
  return fromBlock === undefined ? events : { ...events, fromBlock };
}
