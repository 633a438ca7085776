const INDICES = [0, 1, 2, 3, 4];
const at = (k: number): string => String(16 * k);
const each = (line: (k: number) => string): string => INDICES.map(line).join("\n");

/** `x0 … x4`: brought near zero by a multiple of p, digits below 2^50 (float64, exact). */
const BALANCE = `
  const HI = v128.load(SHARED), INVERSE_TOP = v128.load(SHARED, 96), LOW = f64x2.splat(6755399441055744.0);
  const SHRINK = f64x2.splat(4.440892098500626e-16);
  const times = f64x2.sub(f64x2.relaxed_madd(x4, INVERSE_TOP, LOW), LOW);
${each((k) => `  x${String(k)} = f64x2.relaxed_nmadd(times, v128.load(P, ${at(k)}), x${String(k)});`)}
${INDICES.slice(0, 4)
  .map(
    (k) => `  const c${String(k)} = f64x2.sub(f64x2.add(x${String(k)}, HI), HI);
  x${String(k)} = f64x2.sub(x${String(k)}, c${String(k)});
  x${String(k + 1)} = f64x2.relaxed_madd(c${String(k)}, SHRINK, x${String(k + 1)});`,
  )
  .join("\n")}`;

const LOAD_LIMBS = each((k) => `  let x${String(k)} = v128.load(r, ${at(k)});`);

/** Four words of each lane from packed elements. */
const LOAD_WORDS = `
  const a01 = v128.load(a), a23 = v128.load(a, 16), b01 = v128.load(b), b23 = v128.load(b, 16);
  const w0 = v128.shuffle<i64>(a01, b01, 0, 2), w1 = v128.shuffle<i64>(a01, b01, 1, 3);
  const w2 = v128.shuffle<i64>(a23, b23, 0, 2), w3 = v128.shuffle<i64>(a23, b23, 1, 3);
  const MASK = v128.load(SHARED, 32);
  const f0 = v128.and(w0, MASK);
  const f1 = v128.and(v128.or(i64x2.shr_u(w0, 51), i64x2.shl(w1, 13)), MASK);
  const f2 = v128.and(v128.or(i64x2.shr_u(w1, 38), i64x2.shl(w2, 26)), MASK);
  const f3 = v128.and(v128.or(i64x2.shr_u(w2, 25), i64x2.shl(w3, 39)), MASK);
  const f4 = i64x2.shr_u(w3, 12);`;

/** Five 51-bit fields of each lane to 32 bytes each. */
const STORE_FIELDS = `
  const w0 = v128.or(f0, i64x2.shl(f1, 51)), w1 = v128.or(i64x2.shr_u(f1, 13), i64x2.shl(f2, 38));
  const w2 = v128.or(i64x2.shr_u(f2, 26), i64x2.shl(f3, 25)), w3 = v128.or(i64x2.shr_u(f3, 39), i64x2.shl(f4, 12));
  v128.store(a, v128.shuffle<i64>(w0, w1, 0, 2));
  v128.store(a, v128.shuffle<i64>(w2, w3, 0, 2), 16);
  v128.store(b, v128.shuffle<i64>(w0, w1, 1, 3));
  v128.store(b, v128.shuffle<i64>(w2, w3, 1, 3), 16);`;

const SIGNED_FIELDS = `
  const M = v128.load(SHARED, 32), MAGIC = f64x2.splat(6755399441055744.0);
${each((k) => `  const f${String(k)} = v128.and(f64x2.add(x${String(k)}, MAGIC), M);`)}`;

/**
 * `f0 … f4`: the unsigned digits of the value in [0, p). Balanced digits of a value above -p; p is added, then taken
 * off again where it leaves a non-negative value.
 */
const CANONICAL_FIELDS = `
  const M = v128.load(SHARED, 32), MAGIC = f64x2.splat(6755399441055744.0), BIAS = i64x2.splat(0x4000000000000000);
  const MAGIC_BITS = i64x2.splat(0x4338000000000000 - 0x4000000000000000), CARRY = i64x2.splat(0x800);
${each((k) => `  let g${String(k)} = i64x2.sub(f64x2.add(f64x2.add(x${String(k)}, v128.load(P, ${at(k)})), MAGIC), MAGIC_BITS);`)}
${each((k) => `  let s${String(k)} = i64x2.sub(f64x2.add(x${String(k)}, MAGIC), MAGIC_BITS);`)}
${["g", "s"]
  .map((v) =>
    INDICES.slice(0, 4)
      .map(
        (k) =>
          `  ${v}${String(k + 1)} = i64x2.sub(i64x2.add(${v}${String(k + 1)}, i64x2.shr_u(${v}${String(k)}, 51)), CARRY);`,
      )
      .join("\n"),
  )
  .join("\n")}
  const negative = i64x2.lt_s(s4, BIAS);
${each((k) => `  let f${String(k)} = v128.and(v128.bitselect(g${String(k)}, s${String(k)}, negative), M);`)}`;

/** Unsigned digits to the fields of signed ones: the same bits plus carries. */
const SIGNED_FROM_UNSIGNED = `
  const HALF = i64x2.splat(0x4000000000000);
${[1, 2, 3, 4]
  .map((k) => `  f${String(k)} = i64x2.add(f${String(k)}, i64x2.shr_u(i64x2.add(f${String(k - 1)}, HALF), 51));`)
  .join("\n")}
${each((k) => `  f${String(k)} = v128.and(f${String(k)}, M);`)}`;

/** Everything but products: the AssemblyScript text is the same for both fields. */
export const FUSED_LINEAR = `
/** Packed: five signed 51-bit fields in two's complement, least significant first. */
function load_(r: usize, a: usize, b: usize): void {${LOAD_WORDS}
  const SIGN = i64x2.splat(0x4334000000000000), OFFSET = v128.load(SHARED, 64);
${INDICES.slice(0, 4)
  .map((k) => `  v128.store(r, f64x2.sub(v128.xor(f${String(k)}, SIGN), OFFSET), ${at(k)});`)
  .join("\n")}
  v128.store(r, f64x2.sub(v128.xor(v128.and(f4, MASK), SIGN), OFFSET), 64);
}
export { load_ as load };
function store_(a: usize, b: usize, r: usize): void {
${LOAD_LIMBS}${BALANCE}${SIGNED_FIELDS}${STORE_FIELDS}
}
export { store_ as store };
/** As store, for the immediate result of mul, sqr, carry or accReduce. */
export function storeProduct(a: usize, b: usize, r: usize): void {
${LOAD_LIMBS}${SIGNED_FIELDS}${STORE_FIELDS}
}
export function storeCanonical(a: usize, b: usize, r: usize): void {
${LOAD_LIMBS}${BALANCE}${CANONICAL_FIELDS}${SIGNED_FROM_UNSIGNED}${STORE_FIELDS}
}
export function storeInteger(a: usize, b: usize, r: usize): void {
${LOAD_LIMBS}${BALANCE}${CANONICAL_FIELDS}${STORE_FIELDS}
}
export function loadInteger(r: usize, a: usize, b: usize): void {${LOAD_WORDS}
  const EXPONENT = v128.load(SHARED, 48);
${each((k) => `  v128.store(r, f64x2.sub(v128.or(f${String(k)}, EXPONENT), EXPONENT), ${at(k)});`)}
  carry(r, r);
}
export function carry(r: usize, a: usize): void {
${LOAD_LIMBS.replaceAll("(r,", "(a,")}${BALANCE}
${each((k) => `  v128.store(r, x${String(k)}, ${at(k)});`)}
}
export function splat(r: usize, a: usize): void { load_(r, a, a); }
export function copy(r: usize, a: usize): void {
${each((k) => `  v128.store(r, v128.load(a, ${at(k)}), ${at(k)});`)}
}
export function add(r: usize, a: usize, b: usize): void {
${each((k) => `  v128.store(r, f64x2.add(v128.load(a, ${at(k)}), v128.load(b, ${at(k)})), ${at(k)});`)}
}
export function sub(r: usize, a: usize, b: usize): void {
${each((k) => `  v128.store(r, f64x2.sub(v128.load(a, ${at(k)}), v128.load(b, ${at(k)})), ${at(k)});`)}
}
export function dbl(r: usize, a: usize): void { add(r, a, a); }
export function neg(r: usize, a: usize): void {
${each((k) => `  v128.store(r, f64x2.neg(v128.load(a, ${at(k)})), ${at(k)});`)}
}
export function setZero(r: usize): void {
${each((k) => `  v128.store(r, i64x2.splat(0), ${at(k)});`)}
}
export function setOne(r: usize): void { copy(r, ONE); }
export function fromInts(r: usize, i: i32, j: i32): void {
  v128.store(r, f64x2(<f64>i, <f64>j));
${[1, 2, 3, 4].map((k) => `  v128.store(r, i64x2.splat(0), ${at(k)});`).join("\n")}
  mul(r, r, RADIX2);
}
export function toRadix(r: usize, a: usize): void { mul(r, a, RADIX2); }
export function fromCanonical(r: usize, a: usize): void { mul(r, a, RADIX2); }
export function toCanonical(r: usize, a: usize): void { mul(r, a, UNIT); }
export function fromMontgomery256(r: usize, a: usize): void { mul(r, a, FROM_256); }
export function toMontgomery256(r: usize, a: usize): void { mul(r, a, TO_256); }
export function accClear(acc: usize): void { memory.fill(acc, 0, 176); }
`;
