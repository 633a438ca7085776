import { InputError } from "../errors/errors.js";
import { keccakWords, type Word } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";
import { MAX_CLASSES } from "./layout.js";
import type { Manifest } from "./manifest.js";
import { MAX_FRACTION_BITS, MIN_FRACTION_BITS } from "./round.js";
import { tileRanges } from "./tile-map.js";

/** A run of tiles of equal `f`: from `firstTile` up to the next class, or to the model's end. */
export interface TileClass {
  readonly firstTile: number;
  readonly fractionBits: number;
}

/**
 * The fraction bits of every tile as runs, ascending by tile (PROTOCOL 2). Its hash is a part of the model id, so a registry
 * that is given the table knows every tile's `f`, and no policy can lie about units.
 */
export function classTable(manifest: Pick<Manifest, "tileCount" | "tensors">): readonly TileClass[] {
  const classes: TileClass[] = [];
  for (const { firstTile, fractionBits } of tileRanges(manifest)) {
    if (classes.at(-1)?.fractionBits !== fractionBits) classes.push({ firstTile, fractionBits });
  }
  return classes;
}

/** `keccak256(abi.encode(ClassStart[]))`, `ClassStart` being `(uint32 firstTile, int16 fractionBits)`. */
export function classTableHash(classes: readonly TileClass[]): Hex {
  const words: Word[] = [32n, BigInt(classes.length)];
  for (const { firstTile, fractionBits } of classes) {
    words.push(BigInt(firstTile), BigInt.asUintN(256, BigInt(fractionBits)));
  }
  return keccakWords(words);
}

/**
 * Throws `InputError` unless the table is one of a model of that many tiles: classes ascend from tile 0, neighbors differ in
 * `f`, and there are at most 64.
 */
export function assertClassTable(classes: readonly TileClass[], tileCount: number): void {
  const reject = (detail: string): never => {
    throw new InputError(`class table: ${detail}`);
  };
  if (classes.length === 0) reject("has no class");
  if (classes.length > MAX_CLASSES) reject(`has ${classes.length} classes, at most ${MAX_CLASSES}`);
  classes.forEach(({ firstTile, fractionBits }, i) => {
    const previous = classes[i - 1];
    if (!Number.isInteger(fractionBits) || fractionBits < MIN_FRACTION_BITS || fractionBits > MAX_FRACTION_BITS) {
      reject(`class ${i} has ${fractionBits} fraction bits, expected ${MIN_FRACTION_BITS} to ${MAX_FRACTION_BITS}`);
    }
    const isAscending = previous === undefined ? firstTile === 0 : firstTile > previous.firstTile;
    if (!Number.isSafeInteger(firstTile) || !isAscending || firstTile >= tileCount) {
      reject(`class ${i} starts at tile ${firstTile} of ${tileCount}: classes ascend from tile 0`);
    }
    if (previous?.fractionBits === fractionBits) reject(`classes ${i - 1} and ${i} have equal fraction bits`);
  });
}

/** The `f` of a tile. The table must be well-formed. */
export function fractionBitsOfTile(classes: readonly TileClass[], tile: number): number {
  const found = classes.findLast(({ firstTile }) => firstTile <= tile);
  if (found === undefined) throw new RangeError(`tile ${tile} is in no class`);
  return found.fractionBits;
}
