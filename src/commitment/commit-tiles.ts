import { g1Add, g1Equals, g1Mul, type G1 } from "../curve/g1.js";
import { InputError } from "../errors/errors.js";
import { FR_ZERO, type Fr } from "../field/fr.js";
import type { RandomFr } from "../field/random.js";
import type { Backend, FrVector, IntVector } from "../kernels/backend.js";
import type { Srs } from "../kzg/srs.js";
import type { CommittedModel, ModelSecrets } from "./committed-model.js";

/** Reads the integer tiles of a model one by one. */
export interface TileSource {
  readonly tileCount: number;
  /** The caller's array, written over `into` or new: the source decides. */
  readTile(index: number, into?: Int32Array): Promise<Int32Array>;
}

/** A model whose tiles, commitments and (if private) blindings are at hand. */
export interface OpenedModel {
  readonly committed: CommittedModel;
  readonly tiles: TileSource;
  /** Needed for private models. */
  readonly secrets?: ModelSecrets | undefined;
}

export interface CommitTilesInput {
  readonly tiles: TileSource;
  readonly srs: Srs;
  readonly backend: Backend;
  /** Draws blindings; without it the model is open (`ρ = 0`). */
  readonly randomFr?: RandomFr | undefined;
  /** The base of a fine-tune: tiles that did not change keep its commitment and blinding. */
  readonly base?: OpenedModel | undefined;
  readonly onTile?: ((done: number, total: number) => void) | undefined;
}

/** `C = Σ_x entry_x [τ^x]_1 + ρ·H`. */
export async function commitVector(
  srs: Srs,
  backend: Backend,
  entries: IntVector | FrVector,
  blinding: Fr,
): Promise<G1> {
  if (entries.length > srs.size) {
    throw new InputError(`the SRS has ${srs.size} powers, a tile needs ${entries.length}`, {
      remedy: "Use the setup of the model's tier.",
    });
  }
  const commitment = await backend.msm(srs.powers, entries);
  return blinding === 0n ? commitment : g1Add(commitment, g1Mul(srs.blindingBase, blinding));
}

/** The blindings of a model: zeros if it is open. Throws `InputError` if they are needed and missing. */
export function blindingsOf({ committed, secrets }: OpenedModel): readonly Fr[] {
  if (!committed.isPrivate) return committed.commitments.map(() => FR_ZERO);
  if (secrets?.modelId !== committed.modelId || secrets.blindings.length !== committed.commitments.length) {
    throw new InputError(`the secrets of private model ${committed.modelId} are missing or belong to another model`, {
      remedy: "Give the secrets file that was written when the model was committed.",
    });
  }
  return secrets.blindings;
}

/**
 * Commits a model tile by tile. Under a private model every tile, and under a private fine-tune every changed
 * tile, gets a fresh blinding: equal blindings would unblind the difference (PROTOCOL 2). Throws `InputError` naming
 * the tile if a tile equals the base's weights, but these are not the committed ones.
 */
export async function commitTiles(input: CommitTilesInput): Promise<{ commitments: G1[]; blindings: Fr[] }> {
  const { tiles, srs, backend, base, randomFr } = input;
  if (base !== undefined && base.tiles.tileCount !== tiles.tileCount) {
    throw new InputError(`the model has ${tiles.tileCount} tiles, its base ${base.tiles.tileCount}`);
  }
  if (base?.committed.isPrivate === true && randomFr === undefined) {
    throw new InputError("the base is private, so its fine-tune cannot be open: frozen tiles keep their blindings", {
      remedy: "Commit the fine-tune as private.",
    });
  }
  const baseBlindings = base === undefined ? undefined : blindingsOf(base);
  const commitments: G1[] = [];
  const blindings: Fr[] = [];
  for (let index = 0; index < tiles.tileCount; index++) {
    const entries = await tiles.readTile(index);
    const kept = base?.committed.commitments[index];
    if (base !== undefined && kept !== undefined && sameEntries(entries, await base.tiles.readTile(index))) {
      const blinding = baseBlindings?.[index] ?? FR_ZERO;
      // Other weights than the base's, given as the base's, would make an id that is of no model.
      if (!g1Equals(await commitVector(srs, backend, entries, blinding), kept)) {
        throw new InputError(
          `the weights given as the base's are not those of model ${base.committed.modelId}: tile ${index} differs`,
          { remedy: "Give the weights with which the base was committed." },
        );
      }
      commitments.push(kept);
      blindings.push(blinding);
    } else {
      const blinding = randomFr?.() ?? FR_ZERO;
      commitments.push(await commitVector(srs, backend, entries, blinding));
      blindings.push(blinding);
    }
    input.onTile?.(index + 1, tiles.tileCount);
  }
  return { commitments, blindings };
}

function sameEntries(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
