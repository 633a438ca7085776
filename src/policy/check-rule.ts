import { gridRows, type Rule } from "../drift/rule.js";
import type { IntVector } from "../kernels/backend.js";
import { rangeOfTile, tileRanges } from "../quantize/tile-map.js";
import { tileContents } from "../quantize/tile-contents.js";
import type { CheckPolicyInput, RankReport, RuleReport, WeightChange } from "./check-report.js";
import { describeViolations } from "./check-violations.js";
import { searchFactors } from "../drift/search-factors.js";
import { MagnitudeCounts, type Masked } from "./measure-magnitudes.js";
import { DifferenceReader, normOf } from "./measure-model.js";
import { rankAboveNoise, residualsOf } from "./measure-rank.js";
import { nameEntry } from "./name-entry.js";
import { addChanges, type TensorChange } from "./measure-tile.js";

/** Compares the tiles of one rule, given in order, with what it allows. */
export class RuleCheck {
  readonly #input: CheckPolicyInput;
  readonly #index: number;
  readonly #rule: Rule;
  readonly #counts: MagnitudeCounts;
  readonly #changedTiles: number[] = [];
  /** Under a rank rule: `Δ` of all tiles. */
  readonly #deltas: IntVector[] = [];
  #change: TensorChange | undefined;

  constructor(input: CheckPolicyInput, index: number) {
    const rule = input.policy.rules[index];
    if (rule === undefined) throw new RangeError(`the policy has no rule ${index}`);
    this.#input = input;
    this.#index = index;
    this.#rule = rule;
    this.#counts = new MagnitudeCounts(input.tier.tileSize / 2);
  }

  get lastTile(): number {
    return this.#rule.firstTile + this.#rule.tileCount - 1;
  }

  /** `delta` may be overwritten afterwards. */
  add(tile: number, delta: IntVector, changes: readonly TensorChange[]): void {
    for (const change of changes) this.#change = addChanges(this.#change, change);
    if (changes.length > 0) this.#changedTiles.push(tile);
    if (this.#rule.maxRank > 0) this.#deltas.push(delta.slice());
    else this.#counts.add(delta);
  }

  /** The verdict, when all tiles were added. */
  async report(): Promise<RuleReport> {
    const { manifest, tier } = this.#input;
    const rule = this.#rule;
    const residuals = this.#residualsOfRank();
    for (const tile of residuals ?? []) this.#counts.add(tile);
    const left = this.#counts.masked(rule.maxNonzeros);

    const contents = tileContents(manifest).slice(rule.firstTile, this.lastTile + 1);
    const { fractionBits } = rangeOfTile(tileRanges(manifest), rule.firstTile);
    const unitBits = fractionBits + rule.shift;
    const norm = (sumSquares: bigint, bits: number): RuleReport["residual"] => ({
      sumSquares,
      norm: normOf(sumSquares, bits),
    });
    const isBroken = left.sumSquares > rule.maxResidualSq || BigInt(this.#counts.outside) > rule.maxNonzeros;
    const report: RuleReport = {
      rule: this.#index,
      tensors: [...new Set(contents.flatMap(({ tensors }) => tensors))],
      fractionBits,
      shift: rule.shift,
      changedTiles: this.#changedTiles,
      weights: contents.reduce((sum, { weights }) => sum + weights, 0),
      changedWeights: this.#change?.nonzeros ?? 0,
      change: norm(this.#change?.sumSquares ?? 0n, fractionBits),
      rank: rule.maxRank === 0 ? undefined : await this.#rank(residuals !== undefined && isBroken),
      residual: norm(left.sumSquares, unitBits),
      allowedResidual: norm(rule.maxResidualSq, unitBits),
      nonzeros: {
        allowed: rule.maxNonzeros,
        used: left.masked,
        needed: this.#counts.needed(rule.maxResidualSq),
        outside: BigInt(this.#counts.outside),
      },
      worst: isBroken ? await this.#worst(left, residuals) : undefined,
      entryBound: tier.tileSize / 2,
      violations: [],
    };
    return { ...report, violations: describeViolations(report, rule, tier) };
  }

  /** `2^shift·Δ - A·B` of all tiles; undefined without a rank bound or a change. */
  #residualsOfRank(): readonly IntVector[] | undefined {
    if (this.#rule.maxRank === 0 || this.#changedTiles.length === 0) return undefined;
    const { gridCols: colPanels, maxRank: rank, shift, maxNonzeros } = this.#rule;
    const grid = { tier: this.#input.tier, rowPanels: gridRows(this.#rule), colPanels, deltas: this.#deltas };
    return [...residualsOf(grid, searchFactors({ ...grid, rank, shift, maxNonzeros }), rank, shift)];
  }

  /** The rank that the change has above its noise, if the rule is broken: it takes all singular values. */
  async #rank(isBroken: boolean): Promise<RankReport> {
    const allowed = this.#rule.maxRank;
    if (!isBroken) return { allowed, measured: undefined, isLowerBound: false };
    const { manifest, tier, noiseOf } = this.#input;
    const [tensor] = rangeOfTile(tileRanges(manifest), this.#rule.firstTile).tensors;
    if (tensor?.kind !== "grid") throw new RangeError("a rank rule covers a grid tensor");
    const noise = await noiseOf?.(tensor.name);
    return { allowed, ...(await rankAboveNoise(tier, tensor, this.#deltas, noise)) };
  }

  /** Names the first of the largest entries that are left. Without a rank bound the tiles are read again. */
  async #worst(left: Masked, residuals: readonly IntVector[] | undefined): Promise<WeightChange | undefined> {
    const { manifest } = this.#input;
    const { firstTile, shift } = this.#rule;
    if (left.largestLeft === 0) return undefined;
    const reader = new DifferenceReader(this.#input);
    let skip = left.maskedTies;
    for (let tile = firstTile; tile <= this.lastTile; tile++) {
      if (residuals === undefined && !this.#changedTiles.includes(tile)) continue;
      const entries = residuals?.[tile - firstTile] ?? (await reader.read(tile));
      for (let x = 0; x < entries.length; x++) {
        const entry = entries[x] as number;
        if (Math.abs(entry) === left.largestLeft && skip-- === 0) {
          return nameEntry(manifest, tile, x, BigInt(entry), shift);
        }
      }
    }
    return undefined;
  }
}
