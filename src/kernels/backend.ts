import type { G1 } from "../algebra/g1.js";
import type { Fr } from "../algebra/fr.js";
import type { Tier } from "../protocol/tiers.js";

/** Exact integers of magnitude below 2^53: quantized weights, residuals, multiplicities. */
export type IntVector = Int32Array | Float64Array;

/**
 * The seam between protocol and arithmetic. A backend computes; it knows no transcript and no file.
 * All vectors of a tile have `2^ell` elements, index `x = v + n·u`, least significant variable first.
 */
export interface Backend {
  readonly name: string;
  /** How many calls run side by side: a caller with independent work keeps that many under way. */
  readonly jobs: number;

  /** Takes field elements into the backend's own form. */
  fromFr(values: readonly Fr[]): Promise<FrVector>;
  /** The elements, canonical. */
  toFr(vector: FrVector): Promise<Fr[]>;

  /**
   * `Σ scalars[i]·powers[i]`. `powers`: affine points, 64 bytes each, coordinates little-endian in Montgomery
   * form (R = 2^256), at least as many as scalars.
   */
  msm(powers: Uint8Array, scalars: IntVector | FrVector): Promise<G1>;

  /** Prepares the layers of the range argument's fraction tree (PROTOCOL 7.2). */
  rangeTree(input: RangeInput): Promise<RangeTree>;

  /** The main sumcheck (PROTOCOL 7.4). */
  mainSumcheck(input: MainInput): Promise<RoundProver<MainFinals>>;

  /** The opening reduction (PROTOCOL 7.7). */
  openingSumcheck(input: OpeningInput): Promise<RoundProver<OpeningFinals>>;

  /** `Σ weight·vector` element by element, `length` elements. */
  linearCombination(length: number, terms: readonly LinearTerm[]): Promise<FrVector>;

  /** `Σ_x eq(point, x)·vector[x]`. */
  evaluateMultilinear(vector: FrVector, point: readonly Fr[]): Promise<Fr>;

  /** `Σ_j weights[j]·vector[j + weights.length·i]` for every `i`; the vector's length is a multiple of the weights'. */
  foldLow(vector: FrVector, weights: readonly Fr[]): Promise<FrVector>;

  /** `vector = (X^b - alpha)·quotient + remainder`, coefficients constant first, `b` divides the length. */
  divideByBinomial(
    vector: FrVector,
    b: number,
    alpha: Fr,
  ): Promise<{ readonly quotient: FrVector; readonly remainder: FrVector }>;

  /** The quotient of `vector - vector(x)` by `X - x`: one coefficient fewer, none if the vector has none. */
  divideByLinear(vector: FrVector, x: Fr): Promise<FrVector>;
}

/** Field elements in the form of the backend that made them; only that backend can read them. */
export interface FrVector {
  readonly length: number;
}

export interface LinearTerm {
  readonly weight: Fr;
  /** At most as long as the combination: what is missing counts as zero. */
  readonly vector: IntVector | FrVector;
}

/** The prover's side of one sumcheck: ask for a round polynomial, then bind its variable. */
export interface RoundProver<Finals> {
  /** Coefficients `c_1 … c_d` of the current round polynomial. */
  round(): Promise<Fr[]>;
  bind(challenge: Fr): Promise<void>;
  /** The multilinear factors' values at the point, after the last bind. */
  finals(): Promise<Finals>;
}

/** Leaves of the range argument. Slots beyond `tiles.length` are unused. */
export interface RangeInput {
  readonly tier: Tier;
  readonly alpha: Fr;
  /** Residuals `E_T` of the used slots. */
  readonly tiles: readonly Int32Array[];
  readonly factorA: Int32Array;
  readonly factorB: Int32Array;
  readonly multiplicities: IntVector;
}

export interface RangeTree {
  /** The root's eight child values `p_0..p_3, q_0..q_3`. */
  root(): Promise<Fr[]>;
  /**
   * The split-eq sumcheck of the layer with `4^depth` nodes at `point` (`2·depth` coordinates) for `p + λ q`.
   * Finals are the eight child values. Layers are asked for in order, each once.
   */
  layer(depth: number, point: readonly Fr[], lambda: Fr): Promise<RoundProver<Fr[]>>;
}

/** A tile's mask: the positions of its nonzeros and the residual `R` there; elsewhere `R = E`. */
export interface SparseMask {
  readonly positions: Uint32Array;
  readonly residuals: readonly bigint[];
}

export interface MainInput {
  readonly tier: Tier;
  /** Entry part of the leaf point, `ell` coordinates. */
  readonly leafPoint: readonly Fr[];
  readonly tiles: readonly MainTile[];
  readonly factorA: Int32Array;
  readonly factorB: Int32Array;
  readonly multiplicities: IntVector;
  readonly weightA: Fr;
  readonly weightB: Fr;
  /** `λ² W_*` */
  readonly weightMultiplicity: Fr;
  readonly lambda: Fr;
}

export interface MainTile {
  readonly residual: Int32Array;
  readonly mask: SparseMask | undefined;
  /** `W_T` */
  readonly weight: Fr;
  /** `4^c λ^(3+2g)` */
  readonly sumWeight: Fr;
  /** `λ^(4+2g)` */
  readonly countWeight: Fr;
}

export interface MainFinals {
  readonly residuals: Fr[];
  readonly masks: Fr[];
  readonly factorA: Fr;
  readonly factorB: Fr;
  readonly multiplicity: Fr;
}

export interface OpeningInput {
  readonly tier: Tier;
  /** The main sumcheck's point `ρ`. */
  readonly point: readonly Fr[];
  /** `G_1` */
  readonly combined: FrVector;
  readonly factorA: Int32Array;
  readonly factorB: Int32Array;
  readonly chi: Fr;
  /** `n` weights of the factor rows. */
  readonly omegaA: readonly Fr[];
  readonly omegaB: readonly Fr[];
}

export interface OpeningFinals {
  readonly combined: Fr;
  readonly factorA: Fr;
  readonly factorB: Fr;
}
