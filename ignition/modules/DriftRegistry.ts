import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { IgnitionModule, NamedArtifactContractDeploymentFuture } from "@nomicfoundation/ignition-core";

/** What a registry is deployed from: plain values, as Ignition keeps them in its journal. */
export interface RegistryModuleInput {
  /** Who can add and freeze verifying keys; the zero address for nobody. */
  readonly owner: string;
  /** Tiers with their verifying keys, as the constructor of `Groth16Verifier` takes them. */
  readonly tiers: readonly {
    readonly tierId: number;
    readonly name: string;
    readonly verifyingKey: Readonly<Record<string, unknown>>;
  }[];
  /** The constructor's `SrsPoints`. */
  readonly srs: Readonly<Record<string, unknown>>;
}

/** What the module gives. */
export type RegistryModule = IgnitionModule<
  "DriftRegistry",
  "DriftRegistry",
  { readonly registry: NamedArtifactContractDeploymentFuture<"DriftRegistry"> }
>;

/** Verifiers of the tiers, and a registry with them: `verifierOf_<tier>` and `DriftRegistry`. */
export function driftRegistryModule({ owner, tiers, srs }: RegistryModuleInput): RegistryModule {
  return buildModule("DriftRegistry", (m) => {
    const verifiers = tiers.map(({ tierId, name, verifyingKey }) => ({
      tierId,
      verifier: m.contract("Groth16Verifier", [verifyingKey as never], { id: `verifierOf_${name}` }),
    }));
    return { registry: m.contract("DriftRegistry", [owner, verifiers, srs as never]) };
  });
}
