/** How a build splits elements: `limbs` signed digits of `bits` bits; the packed form keeps `topBits` of the last. */
export interface LimbShape {
  readonly bits: number;
  readonly limbs: number;
  readonly topBits: number;
  readonly fused: boolean;
}

const LOW = "f64x2.splat(6755399441055744.0)";
const at = (k: number): string => String(16 * k);

/**
 * Bounds, the same in both builds. Let h = 2^(bits-1).
 * - What mul, sqr, mulAdd, carry and accReduce give: digits in [-h, h) but the last, the value within 0.64p: half of p
 *   from q, an eighth from the last digit that `N` (about p/4) cancels. What load gives is the same, or in [0, p) when
 *   storeCanonical wrote it.
 * - mul, sqr, accMul, accMulInt: each factor is one of these or a sum or difference of two: limbs within 2h.
 *   Fused: a product of two limbs is at most 2^102, where the rounding constants still hold. Plain: a column of eleven
 *   products of 2^48, ten of 2^46 and a carry stays below 2^52.
 * - mulAdd: as mul, but no sums of what storeCanonical wrote: |q| <= (8·0.64²·p/R + 1/2)·2^51 < 1.8·2^51, and a limb of
 *   p is below 0.76·2^50 (checked by the generator).
 * - store, carry, storeCanonical, storeInteger: sums of up to three levels, limbs within 2^52 (fused), 2^51 (plain).
 * - storeProduct: only what mul, sqr, carry, accReduce gave.
 * - An accumulator's columns stay below 2^61: 64 products (fused 64·15·2^50, plain 64·11·2^48) or 256 integer
 *   products; both kinds may be mixed within these numbers.
 *
 * Every pair operation but products. Packed: the digits' two's complement fields, least significant first, 256 bits;
 * zero is all zero bytes. `SHARED`, `P` and the field's constants are declared by the caller.
 */
export function linearOperations({ bits, limbs, topBits, fused }: LimbShape): string {
  const indices = Array.from({ length: limbs }, (_, k) => k);
  const last = limbs - 1;
  /** Columns and counts of an accumulator. */
  const wide = Array.from({ length: fused ? 11 : 23 }, (_, k) => k);
  const each = (line: (k: number) => string, of = indices): string => of.map((k) => `  ${line(k)}`).join("\n");
  const lower = indices.slice(0, last);
  const upper = indices.slice(1);

  const multiplyAdd = (a: string, b: string, c: string): string =>
    fused ? `f64x2.relaxed_madd(${a}, ${b}, ${c})` : `f64x2.add(f64x2.mul(${a}, ${b}), ${c})`;
  const minusProduct = (a: string, b: string, c: string): string =>
    fused ? `f64x2.relaxed_nmadd(${a}, ${b}, ${c})` : `f64x2.sub(${c}, f64x2.mul(${a}, ${b}))`;

  /**
   * Brings `x0 …` near zero by a multiple of p and to digits in [-2^(bits-1), 2^(bits-1)); every step is exact. The half
   * that is added before rounding makes ties round up: the packed form has no digit 2^(bits-1).
   */
  const balance = `
  const HI = v128.load(SHARED), TIE = f64x2.splat(0.5), SHRINK = f64x2.splat(${String(2 ** -bits)});
  const times = f64x2.sub(${multiplyAdd(`x${String(last)}`, "v128.load(SHARED, 96)", LOW)}, ${LOW});
${each((k) => `x${String(k)} = ${minusProduct("times", `v128.load(P, ${at(k)})`, `x${String(k)}`)};`)}
${each(
  (k) => `const c${String(k)} = f64x2.sub(f64x2.add(f64x2.add(x${String(k)}, TIE), HI), HI);
  x${String(k)} = f64x2.sub(x${String(k)}, c${String(k)});
  x${String(k + 1)} = ${multiplyAdd(`c${String(k)}`, "SHRINK", `x${String(k + 1)}`)};`,
  lower,
)}`;
  const loadLimbs = (from: string): string => each((k) => `let x${String(k)} = v128.load(${from}, ${at(k)});`);
  const storeLimbs = each((k) => `v128.store(r, x${String(k)}, ${at(k)});`);

  const field = (k: number): string => {
    const word = Math.floor((bits * k) / 64);
    const shift = (bits * k) % 64;
    const here = shift === 0 ? `w${String(word)}` : `i64x2.shr_u(w${String(word)}, ${String(shift)})`;
    if (k === last || shift + bits === 64) return here;
    if (shift + bits < 64) return `v128.and(${here}, MASK)`;
    return `v128.and(v128.or(${here}, i64x2.shl(w${String(word + 1)}, ${String(64 - shift)})), MASK)`;
  };
  const loadFields = `
  const a01 = v128.load(a), a23 = v128.load(a, 16), b01 = v128.load(b), b23 = v128.load(b, 16);
  const w0 = v128.shuffle<i64>(a01, b01, 0, 2), w1 = v128.shuffle<i64>(a01, b01, 1, 3);
  const w2 = v128.shuffle<i64>(a23, b23, 0, 2), w3 = v128.shuffle<i64>(a23, b23, 1, 3);
  const MASK = v128.load(SHARED, 32);
${each((k) => `const f${String(k)} = ${field(k)};`)}`;

  const word = (w: number): string =>
    indices
      .flatMap((k) => {
        const start = bits * k - 64 * w;
        if (start <= -bits || start >= 64) return [];
        if (start === 0) return [`f${String(k)}`];
        return [`i64x2.${start > 0 ? "shl" : "shr_u"}(f${String(k)}, ${String(Math.abs(start))})`];
      })
      .reduce((sum, term) => `v128.or(${sum}, ${term})`);
  const storeFields = `
${[0, 1, 2, 3].map((w) => `  const w${String(w)} = ${word(w)};`).join("\n")}
  v128.store(a, v128.shuffle<i64>(w0, w1, 0, 2));
  v128.store(a, v128.shuffle<i64>(w2, w3, 0, 2), 16);
  v128.store(b, v128.shuffle<i64>(w0, w1, 1, 3));
  v128.store(b, v128.shuffle<i64>(w2, w3, 1, 3), 16);`;
  const mask = (k: number): string => (k === last ? `i64x2.splat(${String(2 ** topBits - 1)})` : "M");
  /** The digits' two's complement: rounding has made none of them 2^(bits-1). */
  const signedFields = `
  const M = v128.load(SHARED, 32);
${each((k) => `const f${String(k)} = v128.and(f64x2.add(x${String(k)}, ${LOW}), ${mask(k)});`)}`;

  const unpack = (k: number): string => {
    const width = k === last ? topBits : bits;
    const sign = `i64x2.splat(0x${((0x433n << 52n) + (1n << BigInt(width - 1))).toString(16)})`;
    const masked = k === last && bits * last + topBits < 256 ? `v128.and(f${String(k)}, MASK)` : `f${String(k)}`;
    const offset = k === last ? `f64x2.splat(${String(2 ** 52 + 2 ** (topBits - 1))}.0)` : "OFFSET";
    return `v128.store(r, f64x2.sub(v128.xor(${masked}, ${sign}), ${offset}), ${at(k)});`;
  };

  /** `f0 …`: the value's unsigned digits in [0, p); of a balanced value and the same plus p, the non-negative one. */
  const canonicalFields = `
  const M = v128.load(SHARED, 32), BIAS = i64x2.splat(0x4000000000000000);
  const LOW_BITS = i64x2.splat(0x4338000000000000 - 0x4000000000000000);
  const CARRY = i64x2.splat(0x${(1n << BigInt(62 - bits)).toString(16)});
${each((k) => `let s${String(k)} = i64x2.sub(f64x2.add(x${String(k)}, ${LOW}), LOW_BITS);`)}
${each((k) => `let g${String(k)} = i64x2.sub(f64x2.add(f64x2.add(x${String(k)}, v128.load(P, ${at(k)})), ${LOW}), LOW_BITS);`)}
${["g", "s"]
  .map((v) =>
    each((k) => {
      const [to, from] = [`${v}${String(k)}`, `${v}${String(k - 1)}`];
      return `${to} = i64x2.sub(i64x2.add(${to}, i64x2.shr_u(${from}, ${String(bits)})), CARRY);`;
    }, upper),
  )
  .join("\n")}
  const negative = i64x2.lt_s(s${String(last)}, BIAS);
${each((k) => `let f${String(k)} = v128.and(v128.bitselect(g${String(k)}, s${String(k)}, negative), M);`)}`;
  /** Unsigned digits to the fields of signed ones: the same bits plus carries. */
  const signedFromUnsigned = `
  const HALF = i64x2.splat(0x${(1n << BigInt(bits - 1)).toString(16)});
${each(
  (k) => `f${String(k)} = i64x2.add(f${String(k)}, i64x2.shr_u(i64x2.add(f${String(k - 1)}, HALF), ${String(bits)}));`,
  upper,
)}
${each((k) => `f${String(k)} = v128.and(f${String(k)}, ${mask(k)});`)}`;

  return `
function load_(r: usize, a: usize, b: usize): void {${loadFields}
  const OFFSET = v128.load(SHARED, 64);
${each(unpack)}
}
export { load_ as load };
function store_(a: usize, b: usize, r: usize): void {
${loadLimbs("r")}${balance}${signedFields}${storeFields}
}
export { store_ as store };
/** As store, for the immediate result of mul, sqr, carry or accReduce. */
export function storeProduct(a: usize, b: usize, r: usize): void {
${loadLimbs("r")}${signedFields}${storeFields}
}
/** Packed, and equal bytes for equal elements. */
export function storeCanonical(a: usize, b: usize, r: usize): void {
${loadLimbs("r")}${balance}${canonicalFields}${signedFromUnsigned}${storeFields}
}
/** The pair as integers in [0, p), 32 bytes little-endian; not packed elements. */
export function storeInteger(a: usize, b: usize, r: usize): void {
${loadLimbs("r")}${balance}${canonicalFields}${storeFields}
}
/** Integers below 2^256, 32 bytes little-endian, as they are. */
export function loadInteger(r: usize, a: usize, b: usize): void {${loadFields}
  const EXPONENT = v128.load(SHARED, 48);
${each((k) => `v128.store(r, f64x2.sub(v128.or(f${String(k)}, EXPONENT), EXPONENT), ${at(k)});`)}
  carry(r, r);
}
/** The same elements as after mul: for sums more than one level deep. */
export function carry(r: usize, a: usize): void {
${loadLimbs("a")}${balance}
${storeLimbs}
}
export function splat(r: usize, a: usize): void { load_(r, a, a); }
export function copy(r: usize, a: usize): void {
${each((k) => `v128.store(r, v128.load(a, ${at(k)}), ${at(k)});`)}
}
export function add(r: usize, a: usize, b: usize): void {
${each((k) => `v128.store(r, f64x2.add(v128.load(a, ${at(k)}), v128.load(b, ${at(k)})), ${at(k)});`)}
}
export function sub(r: usize, a: usize, b: usize): void {
${each((k) => `v128.store(r, f64x2.sub(v128.load(a, ${at(k)}), v128.load(b, ${at(k)})), ${at(k)});`)}
}
export function dbl(r: usize, a: usize): void { add(r, a, a); }
export function neg(r: usize, a: usize): void {
${each((k) => `v128.store(r, f64x2.neg(v128.load(a, ${at(k)})), ${at(k)});`)}
}
export function setZero(r: usize): void {
${each((k) => `v128.store(r, i64x2.splat(0), ${at(k)});`)}
}
export function setOne(r: usize): void { copy(r, ONE); }
export function fromInts(r: usize, i: i32, j: i32): void {
  setZero(r);
  v128.store(r, f64x2(<f64>i, <f64>j));
${fused ? "" : "  carry(r, r);\n"}  mul(r, r, RADIX2);
}
/** Times the radix: undoes a reduction. */
export function toRadix(r: usize, a: usize): void { mul(r, a, RADIX2); }
export function fromCanonical(r: usize, a: usize): void { mul(r, a, RADIX2); }
export function toCanonical(r: usize, a: usize): void { mul(r, a, UNIT); }
export function fromMontgomery256(r: usize, a: usize): void { mul(r, a, FROM_256); }
export function toMontgomery256(r: usize, a: usize): void { mul(r, a, TO_256); }
export function accClear(acc: usize): void {
${each((k) => `v128.store(acc, i64x2.splat(0), ${at(k)});`, wide)}
}
export function accCopy(acc: usize, from: usize): void {
${each((k) => `v128.store(acc, v128.load(from, ${at(k)}), ${at(k)});`, wide)}
}
`;
}
