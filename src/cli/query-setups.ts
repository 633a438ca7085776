import { assertRegistrySrs } from "../commitment/registry-srs.js";
import { InputError } from "../errors/errors.js";
import type { Setup } from "../node/open-setup.js";
import type { TierName } from "../protocol/tiers.js";
import type { Manifest } from "../quantize/manifest.js";
import { tierOfTiles } from "../quantize/tier-of-tiles.js";
import type { DriftRegistryClient } from "../registry/client.js";

/** Setups of a registry's SRS, each opened once; remembers whether any was for development. */
export class RegistrySetups {
  readonly #opened = new Map<TierName, Promise<Setup>>();
  isInsecure = false;

  constructor(
    private readonly registry: Pick<DriftRegistryClient, "srsId">,
    private readonly open: (tier: TierName) => Promise<Setup>,
  ) {}

  /** Throws `InputError` where no tier is given, or the registry has another SRS. */
  async ofTier(tier: TierName | undefined): Promise<Setup> {
    if (tier === undefined) {
      throw new InputError("the base is given by its weights, but its tier is missing", {
        remedy: "Give --tier, or the base's model file, base.model.json (ask the base's publisher).",
      });
    }
    const known = this.#opened.get(tier) ?? this.open(tier);
    this.#opened.set(tier, known);
    const setup = await known;
    this.isInsecure ||= setup.artifacts.insecure;
    assertRegistrySrs(setup.anchors.srsId, await this.registry.srsId(), `the setup of tier ${tier}`);
    return setup;
  }

  ofManifest({ t }: Manifest): Promise<Setup> {
    return this.ofTier(tierOfTiles(t, "the base"));
  }
}
