/**
 * A masked tile in the main sumcheck (PROTOCOL 7.4). With `g = b (λ (1 - b) - R)` its terms are
 * `eq W (R + g)` and `w (R² (1 - b) + λ b)`; `eq W R` is in the linear vector. The six sums are the coefficients 0, 1, 2 of
 * `Σ eq g` without the eq factor of the round's variable, and the coefficients 1, 2, 3 of `Σ R² (1 - b) + λ b`.
 *
 * Before three variables are bound only *dirty* blocks are seen, those of eight entries with a masked one: four 32-bit
 * integers an entry, three limbs of `R = l0 + 2^30 l1 + 2^60 l2` and the mask's bit.
 */
import { boundInts, boundLimbs, setBoundWeights } from "./bound-ints";
import * as fr from "./generated/fr";
import { takePairs } from "./main-rounds";
import { setChallenge } from "./sumcheck-fold";
import { closeBlock, innerSum, startSums, writeSums } from "./sumcheck-sums";

const ENTRY_BYTES: usize = 16;
const BLOCK_BYTES: usize = 128;
/** Dirty blocks, two at a time, whose pairs (at most four each) fill a block of sums. */
const DIRTY_AT_A_TIME = 32;

const R0 = memory.data(256, 64);
const R1 = memory.data(256, 64);
const B0 = memory.data(256, 64);
const B1 = memory.data(256, 64);
const LAMBDA = memory.data(256, 64);
const COUNT = memory.data(256, 64);
const ONE = memory.data(256, 64);
const WEIGHT = memory.data(256, 64);
const BLOCK_WEIGHT = memory.data(256, 64);
const Y0 = memory.data(256, 64);
const Y1 = memory.data(256, 64);
const SQUARE0 = memory.data(256, 64);
const SQUARE1 = memory.data(256, 64);
const SQUARE2 = memory.data(256, 64);
const TERM = memory.data(256, 64);

/** Adds the pair `R0, R1`, `B0, B1` with `WEIGHT`; the slopes replace `R1` and `B1`. */
function addMaskedPair(): void {
  fr.sub(R1, R1, R0);
  fr.sub(B1, B1, B0);
  // y = λ (1 - b) - R, its value at 0 and its slope.
  fr.sub(Y0, ONE, B0);
  fr.mul(Y0, Y0, LAMBDA);
  fr.sub(Y0, Y0, R0);
  fr.mul(Y1, B1, LAMBDA);
  fr.add(Y1, Y1, R1);
  fr.neg(Y1, Y1);
  fr.carry(Y1, Y1);
  fr.mul(TERM, B0, Y0);
  fr.accMul(innerSum(0), TERM, WEIGHT);
  fr.mulAdd(TERM, B0, Y1, B1, Y0);
  fr.accMul(innerSum(1), TERM, WEIGHT);
  fr.mul(TERM, B1, Y1);
  fr.accMul(innerSum(2), TERM, WEIGHT);
  // R² = s0 + s1 X + s2 X²; times 1 - b, plus λ b.
  fr.sqr(SQUARE0, R0);
  fr.mul(SQUARE1, R0, R1);
  fr.dbl(SQUARE1, SQUARE1);
  fr.sqr(SQUARE2, R1);
  fr.sub(Y0, ONE, B0);
  fr.neg(Y1, B1);
  fr.sub(SQUARE0, SQUARE0, COUNT);
  fr.accMul(innerSum(3), SQUARE1, Y0);
  fr.accMul(innerSum(3), SQUARE0, Y1);
  fr.accMul(innerSum(4), SQUARE2, Y0);
  fr.accMul(innerSum(4), SQUARE1, Y1);
  fr.accMul(innerSum(5), SQUARE2, Y1);
}

function start(lambda: usize): void {
  fr.splat(LAMBDA, lambda);
  fr.splat(COUNT, lambda + 32);
  fr.setOne(ONE);
  // Sums 3 and 4 take two products a pair, hence blocks of half the length.
  startSums(6, 3);
}

/** A round on packed `r` and `b`, `2·pairs` elements each, or twice as many if a challenge is to be bound. */
export function mainMaskedRound(
  r: usize,
  b: usize,
  pairs: i32,
  challenge: usize,
  lambda: usize,
  lo: usize,
  loCount: i32,
  hi: usize,
  out: usize,
): void {
  setChallenge(challenge);
  start(lambda);
  const half = loCount > 64 ? 64 : loCount;
  for (let first = 0; first < pairs; first += half) {
    const from = first & (loCount - 1);
    for (let i = 0; i < half; i += 2) {
      const next = i + 1 < half ? i + 1 : i;
      fr.load(WEIGHT, lo + 32 * <usize>(from + i), lo + 32 * <usize>(from + next));
      takePairs(R0, R1, r, first + i, first + next, challenge != 0);
      takePairs(B0, B1, b, first + i, first + next, challenge != 0);
      addMaskedPair();
    }
    closeBlock(hi + 32 * <usize>(first / loCount));
  }
  writeSums(out);
}

/**
 * A round on dirty blocks with `bound` (0, 1 or 2) variables bound. `count`: even, at most one block of zeros among them;
 * `blocks`: their indices, u32. `weights`: `2^bound` for each of the three limbs. `positions`: eq weights of the
 * `4 >> bound` pairs of a block. `lo`, `hi`: eq weights of blocks.
 */
export function mainDirtyRound(
  entries: usize,
  blocks: usize,
  count: i32,
  bound: i32,
  weights: usize,
  positions: usize,
  lambda: usize,
  lo: usize,
  loCount: i32,
  hi: usize,
  out: usize,
): void {
  const width = 1 << bound;
  setBoundWeights(weights, 3 * width, 0);
  start(lambda);
  const step = ENTRY_BYTES << bound;
  for (let first = 0; first < count; first += DIRTY_AT_A_TIME / 2) {
    const end = min(count, first + DIRTY_AT_A_TIME / 2);
    for (let i = first; i < end; i += 2) {
      blockWeights(load<u32>(blocks + 4 * <usize>i), load<u32>(blocks + 4 * <usize>i + 4), lo, loCount, hi);
      for (let pair: usize = 0; pair < <usize>(4 >> bound); pair++) {
        fr.splat(WEIGHT, positions + 32 * pair);
        fr.mul(WEIGHT, WEIGHT, BLOCK_WEIGHT);
        const a = entries + BLOCK_BYTES * <usize>i + 2 * step * pair;
        const c = a + BLOCK_BYTES;
        boundLimbs(R0, a, c, ENTRY_BYTES, width);
        boundLimbs(R1, a + step, c + step, ENTRY_BYTES, width);
        boundInts(B0, a + 12, c + 12, ENTRY_BYTES, width);
        boundInts(B1, a + step + 12, c + step + 12, ENTRY_BYTES, width);
        addMaskedPair();
      }
    }
    closeDirty();
  }
  writeSums(out);
}

/** Every weight is in the terms already. */
function closeDirty(): void {
  fr.store(TERM, TERM, ONE);
  closeBlock(TERM);
}

function blockWeights(i: u32, j: u32, lo: usize, loCount: i32, hi: usize): void {
  const mask: u32 = loCount - 1;
  const shift: u32 = ctz<u32>(loCount);
  fr.load(BLOCK_WEIGHT, lo + 32 * <usize>(i & mask), lo + 32 * <usize>(j & mask));
  fr.load(WEIGHT, hi + 32 * <usize>(i >> shift), hi + 32 * <usize>(j >> shift));
  fr.mul(BLOCK_WEIGHT, BLOCK_WEIGHT, WEIGHT);
}

/** Binds three variables of dirty blocks into their places in packed `r` and `b`. `weights`: eight for each limb. */
export function mainDirtyBind(r: usize, b: usize, entries: usize, blocks: usize, count: i32, weights: usize): void {
  setBoundWeights(weights, 24, 0);
  for (let i = 0; i < count; i += 2) {
    const j = i + 1 < count ? i + 1 : i;
    const a = entries + BLOCK_BYTES * <usize>i;
    const c = entries + BLOCK_BYTES * <usize>j;
    const left = 32 * <usize>load<u32>(blocks + 4 * <usize>i);
    const right = 32 * <usize>load<u32>(blocks + 4 * <usize>j);
    boundLimbs(R0, a, c, ENTRY_BYTES, 8);
    fr.store(r + left, r + right, R0);
    boundInts(B0, a + 12, c + 12, ENTRY_BYTES, 8);
    fr.store(b + left, b + right, B0);
  }
}

/** Adds `weight·R` of dirty blocks to packed `linear`, which begins with block `firstBlock`. `weights`: a limb each. */
export function mainDirtyLinear(
  linear: usize,
  entries: usize,
  blocks: usize,
  count: i32,
  firstBlock: i32,
  weights: usize,
): void {
  setBoundWeights(weights, 3, 0);
  for (let i = 0; i < count; i++) {
    const block = load<u32>(blocks + 4 * <usize>i) - <u32>firstBlock;
    for (let e: usize = 0; e < 8; e += 2) {
      const a = entries + BLOCK_BYTES * <usize>i + ENTRY_BYTES * e;
      const to = linear + 256 * <usize>block + 32 * e;
      boundLimbs(R0, a, a + ENTRY_BYTES, ENTRY_BYTES, 1);
      fr.load(R1, to, to + 32);
      fr.add(R0, R0, R1);
      fr.store(to, to + 32, R0);
    }
  }
}
