/** Mantissa bits of a bucket: buckets are 0.1 % wide. */
const MANTISSA_BITS = 10;
const SHIFT = 23 - MANTISSA_BITS;
/** Buckets of finite float32; infinities and NaN come after them. */
const BUCKETS = 255 << MANTISSA_BITS;

/** Share of a tensor's entries that its ordinary magnitude is made for; the others are clipped to the largest of these. */
const ORDINARY_SHARE = 0.999;
/** Of fewer entries none is clipped; of at least so many, one or more. */
const FEW = 100;
/** Standard deviation of a normal distribution by the median of its absolute values. */
const SIGMA_PER_MEDIAN = 1.48;
/** The ordinary magnitude is at most this many such deviations: few outliers of a small tensor must not set it. */
const MAX_DEVIATIONS = 8;

/**
 * Counts absolute values by the upper bits of their float32 form, so that quantiles of any number of weights are known to
 * 0.1 % after one pass (rounded down). Kept and used again for tensor after tensor: 2 MB.
 */
export class MagnitudeHistogram {
  readonly #counts = new Float64Array(BUCKETS + 1);
  #low = BUCKETS;
  #high = 0;

  /** Forgets everything. */
  reset(): void {
    if (this.#low <= this.#high) this.#counts.fill(0, this.#low, this.#high + 1);
    [this.#low, this.#high] = [BUCKETS, 0];
  }

  /** Counts values. Those beyond float32 are taken for its largest; NaN and infinities are not counted. */
  add(values: Float64Array): void {
    const counts = this.#counts;
    const floats = new Float32Array(values);
    const bits = new Uint32Array(floats.buffer);
    let [low, high] = [this.#low, this.#high];
    for (let i = 0; i < bits.length; i++) {
      let bucket = ((bits[i] as number) & 0x7fff_ffff) >>> SHIFT;
      if (bucket >= BUCKETS) {
        if (!Number.isFinite(values[i])) continue;
        bucket = BUCKETS - 1;
      }
      counts[bucket] = (counts[bucket] as number) + 1;
      if (bucket < low) low = bucket;
      if (bucket > high) high = bucket;
    }
    [this.#low, this.#high] = [low, high];
  }

  /**
   * The ordinary magnitude of what was counted: the r.m.s. of the values clipped at their 99.9 % quantile (of fewer than 100 none), at most 8 × 1.48 × their
   * median. If the median is zero, of the nonzero values alone; 0 if there are none. What is
   * below 2^-136 counts as zero.
   */
  ordinary(): number {
    const zeros = this.#counts[0] as number;
    const total = this.#total();
    const first = zeros >= total / 2 ? 1 : 0;
    const count = total - (first === 1 ? zeros : 0);
    if (count === 0) return 0;
    const clip = this.#quantile(count < FEW ? count : Math.floor(ORDINARY_SHARE * count), first);
    const median = this.#quantile(Math.ceil(count / 2), first);
    let squares = 0;
    for (let bucket = Math.max(first, this.#low); bucket <= this.#high; bucket++) {
      const value = Math.min(lowerEdge(bucket), clip);
      squares += (this.#counts[bucket] as number) * value * value;
    }
    return Math.min(Math.sqrt(squares / count), MAX_DEVIATIONS * SIGMA_PER_MEDIAN * median);
  }

  #total(): number {
    let total = 0;
    for (let bucket = this.#low; bucket <= this.#high; bucket++) total += this.#counts[bucket] as number;
    return total;
  }

  /** The value of that rank, from 1 for the smallest, among the buckets from `first` on. */
  #quantile(rank: number, first: number): number {
    let seen = 0;
    for (let bucket = Math.max(first, this.#low); bucket <= this.#high; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= rank) return lowerEdge(bucket);
    }
    return lowerEdge(this.#high);
  }
}

const view = new DataView(new ArrayBuffer(4));

/** The smallest value of a bucket, so that powers of two (norms that are all ones) are exact. */
function lowerEdge(bucket: number): number {
  view.setUint32(0, bucket << SHIFT);
  return view.getFloat32(0);
}
