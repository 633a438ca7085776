import { withBackend } from "../backend.js";
import type { Bench } from "../bench.js";
import { measureCertify, type CertifyCost } from "../certify.js";
import { startBenchRegistry } from "../jobs/registration.js";
import { openOrMakeSetup } from "../../src/node/open-or-make-setup.js";

const CHANGED_TILES = [1, 5, 11, 13];
const MODEL_TILES = [13, 200, 3000];
const CHANGED_IN_MODELS = 5;

/**
 * What certificates cost at tier nano, with the real verifiers: gas for further changed tiles; gas and time for models
 * of three sizes with the same tiles changed.
 */
export async function benchGas(bench: Bench): Promise<void> {
  const setup = await openOrMakeSetup("nano");
  const chain = await startBenchRegistry(setup);
  const [byTiles, bySize] = await withBackend(2, async (backend): Promise<[CertifyCost[], CertifyCost[]]> => {
    const place = { setup, backend, chain };
    const more: CertifyCost[] = [];
    for (const tiles of CHANGED_TILES) more.push(await measureCertify(place, setup.tier.slots, tiles));
    const larger: CertifyCost[] = [];
    for (const tiles of MODEL_TILES) {
      // A certificate is registered once: the one that both tables share is not measured again.
      const earlier = more.find((cost) => cost.modelTiles === tiles && cost.changedTiles === CHANGED_IN_MODELS);
      larger.push(earlier ?? (await measureCertify(place, tiles, CHANGED_IN_MODELS)));
    }
    return [more, larger];
  });
  await chain.close();

  const gasPerTile = Math.round(gasSlope(byTiles));
  bench.certify = { tier: setup.tier.name, byTiles, bySize, gasPerTile };
  bench.note(`  each further changed tile: ${gasPerTile} gas`);
}

/** Gas for one tile more, from the fewest to the most. */
function gasSlope(costs: readonly CertifyCost[]): number {
  const first = costs.at(0);
  const last = costs.at(-1);
  if (first === undefined || last === undefined) return 0;
  return (last.gas - first.gas) / (last.changedTiles - first.changedTiles);
}
