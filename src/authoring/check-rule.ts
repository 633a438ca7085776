import { firstTileOf, gridRows, tilesOf, unitExponent, type Rule } from "../policy/rule.js";
import type { IntVector } from "../kernels/backend.js";
import { classTable, type TileClass } from "../quantize/class-table.js";
import { rangeOfTile, tileRanges } from "../quantize/tile-map.js";
import { tileContents } from "../quantize/tile-contents.js";
import type { CheckPolicyInput, RankReport, RuleReport, WeightChange } from "./check-report.js";
import { describeViolations } from "./check-violations.js";
import { searchFactors } from "../factors/search-factors.js";
import { DifferenceReader, normOf } from "./measure-model.js";
import { rankAboveNoise, residualsOf } from "./measure-rank.js";
import { nameEntry } from "./name-entry.js";
import type { TensorChange } from "./measure-tile.js";
import { RuleCounts, type LeftOfRule } from "./rule-counts.js";

/** Compares the tiles of one rule, given in order, with what it allows. */
export class RuleCheck {
  readonly #input: CheckPolicyInput;
  readonly #index: number;
  readonly #rule: Rule;
  readonly #counts: RuleCounts;
  readonly #classes: readonly TileClass[];
  readonly #changedTiles: number[] = [];
  /** Under a rank rule: `Δ` of all tiles. */
  readonly #deltas: IntVector[] = [];
  #changedWeights = 0;
  /** In squared units of `2^-(unit - shift)`. */
  #changeSquares = 0n;

  constructor(input: CheckPolicyInput, index: number) {
    const rule = input.policy.rules[index];
    if (rule === undefined) throw new RangeError(`the policy has no rule ${index}`);
    this.#input = input;
    this.#index = index;
    this.#rule = rule;
    this.#counts = new RuleCounts(input.tier.tileSize / 2);
    this.#classes = classTable(input.manifest);
  }

  get lastTile(): number {
    const range = this.#rule.ranges.at(-1);
    return range === undefined ? -1 : range.firstTile + range.tileCount - 1;
  }

  /** `c` of a tile. */
  #exponentOf(tile: number): number {
    return unitExponent(this.#rule, this.#classes, tile);
  }

  /** `delta` may be overwritten afterwards. */
  add(tile: number, delta: IntVector, changes: readonly TensorChange[]): void {
    const exponent = this.#exponentOf(tile);
    for (const { nonzeros, sumSquares } of changes) {
      this.#changedWeights += nonzeros;
      this.#changeSquares += sumSquares << BigInt(2 * exponent);
    }
    if (changes.length > 0) this.#changedTiles.push(tile);
    if (this.#rule.maxRank > 0) this.#deltas.push(delta.slice());
    else this.#counts.add(delta, exponent);
  }

  /** The verdict, when all tiles were added. */
  async report(): Promise<RuleReport> {
    const { manifest, tier } = this.#input;
    const rule = this.#rule;
    const residuals = this.#residualsOfRank();
    for (const tile of residuals ?? []) this.#counts.add(tile, 0);
    const left = this.#counts.masked(rule.maxNonzeros);

    const covered = new Set(tilesOf(rule));
    const contents = tileContents(manifest).filter(({ tile }) => covered.has(tile));
    const limits = contents.map(({ fractionBits }) => (tier.tileSize / 2) * 2 ** -(fractionBits + rule.shift));
    const norm = (sumSquares: bigint, bits: number): RuleReport["residual"] => ({
      sumSquares,
      norm: normOf(sumSquares, bits),
    });
    const isBroken = left.sumSquares > rule.maxResidualSq || BigInt(this.#counts.outside) > rule.maxNonzeros;
    const report: RuleReport = {
      rule: this.#index,
      tensors: [...new Set(contents.flatMap(({ tensors }) => tensors))],
      unit: rule.unit,
      shift: rule.shift,
      changedTiles: this.#changedTiles,
      weights: contents.reduce((sum, { weights }) => sum + weights, 0),
      changedWeights: this.#changedWeights,
      change: norm(this.#changeSquares, rule.unit - rule.shift),
      rank: rule.maxRank === 0 ? undefined : await this.#rank(residuals !== undefined && isBroken),
      residual: norm(left.sumSquares, rule.unit),
      allowedResidual: norm(rule.maxResidualSq, rule.unit),
      nonzeros: {
        allowed: rule.maxNonzeros,
        used: left.masked,
        needed: this.#counts.needed(rule.maxResidualSq),
        outside: BigInt(this.#counts.outside),
      },
      worst: isBroken ? await this.#worst(left, residuals) : undefined,
      entryLimit: { least: Math.min(...limits), most: Math.max(...limits) },
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
    const [tensor] = rangeOfTile(tileRanges(manifest), firstTileOf(this.#rule)).tensors;
    if (tensor?.kind !== "grid") throw new RangeError("a rank rule covers a grid tensor");
    const noise = await noiseOf?.(tensor.name);
    return { allowed, ...(await rankAboveNoise(tier, tensor, this.#deltas, noise)) };
  }

  /** Names the first of the largest entries that are left. Without a rank bound the tiles are read again. */
  async #worst(left: LeftOfRule, residuals: readonly IntVector[] | undefined): Promise<WeightChange | undefined> {
    const { manifest } = this.#input;
    const { shift } = this.#rule;
    if (left.largestLeft === 0) return undefined;
    const reader = new DifferenceReader(this.#input);
    let skip = left.maskedTies;
    for (const [at, tile] of tilesOf(this.#rule).entries()) {
      if (residuals === undefined && !this.#changedTiles.includes(tile)) continue;
      const entries = residuals?.[at] ?? (await reader.read(tile));
      const scale = residuals === undefined ? 2 ** this.#exponentOf(tile) : 1;
      for (let x = 0; x < entries.length; x++) {
        const entry = entries[x] as number;
        if (Math.abs(entry) * scale === left.largestLeft && skip-- === 0) {
          return nameEntry(manifest, tile, x, BigInt(entry), shift);
        }
      }
    }
    return undefined;
  }
}
