import { g1Add, type G1 } from "../algebra/g1.js";
import { InputError } from "../errors/errors.js";
import { FR_ZERO, frSub, type Fr } from "../algebra/fr.js";
import type { RandomFr } from "../algebra/random.js";
import type { Backend, IntVector } from "../kernels/backend.js";
import type { Srs } from "../argument/kzg/srs.js";
import { commitVector } from "./commit-vector.js";
import type { CommittedModel, ModelSecrets } from "./committed-model.js";
import { COMBINED_FROM, OpeningCheck } from "./opening-check.js";
import { compareTiles } from "./tile-change.js";
import { forEachUnderWay } from "./under-way.js";

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
  /** Names a tile in errors. */
  readonly describeTile?: ((tile: number) => string) | undefined;
  readonly onTile?: ((done: number, total: number) => void) | undefined;
  /** Told before and after the base's weights are checked, which comes last. */
  readonly onCheck?: ((done: number, total: number) => void) | undefined;
}

/** What is left to do for a tile: `commitment = known + Σ_x scalars_x [τ^x]_1 + blinding·H`. */
interface TileToCommit {
  readonly tile: number;
  readonly entries: Int32Array;
  readonly scalars: IntVector;
  readonly blinding: Fr;
  readonly known?: G1;
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
 * Commits a model tile by tile, `backend.jobs` at once. Under a private model every tile, and under a private fine-tune
 * every changed tile, gets a fresh blinding: equal blindings would unblind the difference (PROTOCOL 2).
 *
 * A fine-tune's unchanged tiles keep the base's commitments `C0`, and a tile that changed little gets
 * `C0 + commit(W1 - W0) + (ρ1 - ρ0)·H`: the same point as a commitment from scratch, for less. Both take it that the weights
 * given as the base's are the committed ones. At the end that is checked for all of these tiles (`OpeningCheck`): other
 * weights would give an id of no model. Throws `InputError` naming the first such tile.
 *
 * Memory, bytes an entry of a tile: 4·(jobs + 1), and with a base those of `OpeningCheck`.
 */
export async function commitTiles(input: CommitTilesInput): Promise<{ commitments: G1[]; blindings: Fr[] }> {
  const { tiles, srs, backend, base, randomFr } = input;
  const { tileCount } = tiles;
  if (base !== undefined && base.tiles.tileCount !== tileCount) {
    throw new InputError(`the model has ${tileCount} tiles, its base ${base.tiles.tileCount}`);
  }
  if (base?.committed.isPrivate === true && randomFr === undefined) {
    throw new InputError("the base is private, so its fine-tune cannot be open: frozen tiles keep their blindings", {
      remedy: "Commit the fine-tune as private.",
    });
  }
  const commitments = new Array<G1>(tileCount);
  const blindings = new Array<Fr>(tileCount);
  const spare: Int32Array[] = [];
  let done = 0;
  const keep = (tile: number, commitment: G1, blinding: Fr, entries: Int32Array): void => {
    commitments[tile] = commitment;
    blindings[tile] = blinding;
    spare.push(entries);
    input.onTile?.(++done, tileCount);
  };

  const tuning =
    base === undefined ? undefined : { base, known: blindingsOf(base), check: new OpeningCheck(srs, backend) };
  const read = async function* (): AsyncGenerator<TileToCommit> {
    for (let tile = 0; tile < tileCount; tile++) {
      const entries = await tiles.readTile(tile, spare.pop());
      const fresh = (): TileToCommit => ({ tile, entries, scalars: entries, blinding: randomFr?.() ?? FR_ZERO });
      const commitment = base?.committed.commitments[tile];
      if (tuning === undefined || commitment === undefined) {
        yield fresh();
        continue;
      }
      const { check } = tuning;
      const readBase = (into?: Int32Array): Promise<Int32Array> => tuning.base.tiles.readTile(tile, into);
      const from = await readBase(check.takeArray(entries.length));
      const change = compareTiles(from, entries);
      // The check of few tiles takes what the differences save.
      if (change.changed > 0 && !(change.isCheap && tileCount >= COMBINED_FROM)) {
        check.giveBack(from);
        yield fresh();
        continue;
      }
      const blinding = tuning.known[tile] ?? FR_ZERO;
      const scalars = change.changed > 0 ? subtractInto(entries, from) : undefined;
      await check.add({ read: readBase, commitment, blinding, error: () => otherBase(input, tile) }, from);
      if (scalars === undefined) keep(tile, commitment, blinding, entries);
      else yield { tile, entries, scalars, blinding: randomFr?.() ?? FR_ZERO, known: commitment };
    }
  };
  await forEachUnderWay(read(), backend.jobs, async ({ tile, entries, scalars, blinding, known }) => {
    if (known === undefined) {
      keep(tile, await commitVector(srs, backend, scalars, blinding), blinding, entries);
    } else {
      const shift = frSub(blinding, tuning?.known[tile] ?? FR_ZERO);
      keep(tile, g1Add(known, await commitVector(srs, backend, scalars, shift)), blinding, entries);
    }
  });
  if (tuning !== undefined) {
    input.onCheck?.(0, 1);
    await tuning.check.finish();
    input.onCheck?.(1, 1);
  }
  return { commitments, blindings };
}

/** `entries - from`, written over `entries`; the caller knows that 32 bits hold it. */
function subtractInto(entries: Int32Array, from: Int32Array): Int32Array {
  for (let x = 0; x < entries.length; x++) entries[x] = (entries[x] as number) - (from[x] as number);
  return entries;
}

function otherBase({ base, describeTile }: CommitTilesInput, tile: number): InputError {
  return new InputError(
    `the weights given as the base's are not those of model ${base?.committed.modelId ?? ""}: ` +
      `${describeTile?.(tile) ?? `tile ${tile}`} differs`,
    { remedy: "Give the weights with which the base was committed." },
  );
}
