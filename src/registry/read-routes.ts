import type { Certificate } from "../certificate/certificate.js";
import type { Hex } from "../algebra/hex.js";
import { RegistryError } from "../errors/errors.js";
import { tierById, type Tier } from "../protocol/tiers.js";
import { callView, eventsOf, type RegistryConnection } from "./connection.js";
import { registrationEvent } from "./read-records.js";
import { decodeRoute, type RegisteredRoute } from "./records.js";

/** The verifying keys of a tier, the oldest first. */
export async function routesOf(registry: RegistryConnection, { id }: Pick<Tier, "id">): Promise<RegisteredRoute[]> {
  return routesById(registry, await callView(registry, "routesOf", [id]));
}

/** The verifier of a tier's newest key that takes certificates, or `undefined` if there is none. */
export async function verifierOf(registry: RegistryConnection, tier: Pick<Tier, "id">): Promise<Hex | undefined> {
  return (await openRouteOf(registry, tier))?.verifier;
}

/** The verifying keys that a registered certificate was proven with, by the node's word. */
export async function routesOfCertificate(registry: RegistryConnection, id: Hex): Promise<RegisteredRoute[]> {
  const { args } = await registrationEvent(registry, id);
  return routesById(registry, new Set(args.routeIds));
}

/** Tiers that the registry has a verifying key for. */
export async function supportedTiers(registry: RegistryConnection): Promise<Tier[]> {
  const events = await eventsOf(registry, "RouteAdded", []);
  const ids = new Set(events.map(({ args }) => Number(args.tierId)));
  return [...ids].flatMap((id) => tierById(id) ?? []);
}

/**
 * For each tier of a certificate the newest key that takes certificates, by the tier's id. Throws `RegistryError` if there
 * is none.
 */
export async function newestRoutes(
  registry: RegistryConnection,
  { segments }: Pick<Certificate, "segments">,
): Promise<ReadonlyMap<number, Hex>> {
  const routes = new Map<number, Hex>();
  for (const id of new Set(segments.map(({ tierId }) => tierId))) {
    const route = await openRouteOf(registry, { id });
    if (route === undefined) throw unsupported(registry, id);
    routes.set(id, route.routeId);
  }
  return routes;
}

async function openRouteOf(registry: RegistryConnection, tier: Pick<Tier, "id">): Promise<RegisteredRoute | undefined> {
  return (await routesOf(registry, tier)).findLast(({ isFrozen }) => !isFrozen);
}

async function routesById(registry: RegistryConnection, ids: Iterable<Hex>): Promise<RegisteredRoute[]> {
  const routes: RegisteredRoute[] = [];
  for (const id of ids) routes.push(decodeRoute(id, await callView(registry, "route", [id])));
  return routes;
}

function unsupported({ address }: RegistryConnection, tierId: number): RegistryError {
  const name = tierById(tierId)?.name ?? tierId;
  return new RegistryError(`the registry ${address} accepts no certificates of tier ${name}`, {
    errorName: "UnknownRoute",
    remedy: "Prove with a tier that the registry has a verifying key for.",
  });
}
