/**
 * Products on eleven signed 24-bit limbs in float64 without fused multiply-add: every product and every column is an
 * integer below 2^53, so plain multiplications and additions are exact.
 */
export const LIMBS = 11;
export const BITS = 24;
export const COLUMNS = 2 * LIMBS;

const INDICES = Array.from({ length: LIMBS }, (_, i) => i);
const SHRINK = `f64x2.splat(${String(2 ** -BITS)})`;
const LOW = "f64x2.splat(6755399441055744.0)";
/** Terms of a column that fit beside the constant LOW: 7·2^48 < 2^51. */
const TERMS_PER_PATTERN = 7;

const at = (k: number): string => String(16 * k);

class Lines {
  readonly lines: string[] = [];
  readonly #started = new Set<string>();

  emit(line: string): void {
    this.lines.push(`  ${line}`);
  }

  add(column: string, value: string): void {
    this.emit(this.#started.has(column) ? `${column} = f64x2.add(${column}, ${value});` : `let ${column} = ${value};`);
    this.#started.add(column);
  }
}

function loadOperands(code: Lines, names: readonly string[]): void {
  for (const name of names)
    for (const i of INDICES) code.emit(`const ${name}${String(i)} = v128.load(${name}, ${at(i)});`);
}

/** Pairs of limbs whose product belongs to column k. */
function termsOf(k: number): [number, number][] {
  return INDICES.filter((i) => k - i >= 0 && k - i < LIMBS).map((i) => [i, k - i]);
}

/** As in the fused build: digits 0 to 9 are cancelled by `N`, the tenth by `q·p`; columns 11 to 21 are the result. */
function reduceColumn(code: Lines, k: number): void {
  const t = `t${String(k)}`;
  const next = `t${String(k + 1)}`;
  for (const i of INDICES.slice(0, LIMBS - 1)) {
    const j = k - 1 - i;
    if (j >= 0 && j < LIMBS) code.add(t, `f64x2.mul(u${String(i)}, v128.load(N, ${at(j)}))`);
  }
  if (k >= LIMBS && k < COLUMNS - 1) code.add(t, `f64x2.mul(q, v128.load(P, ${at(k - LIMBS + 1)}))`);
  if (k === COLUMNS - 1) {
    code.emit(`v128.store(r, ${t}, ${at(LIMBS - 1)});`);
    return;
  }
  const split = (name: string, from = name): void => {
    code.emit(`const c${name} = f64x2.sub(f64x2.add(${from}, HI), HI);`);
  };
  if (k === LIMBS - 1) {
    split(t);
    code.emit(`const v = f64x2.mul(f64x2.sub(${t}, c${t}), v128.load(SHARED, 80));`);
    split("v");
    code.emit("const q = f64x2.sub(v, cv);");
    code.emit(`${t} = f64x2.add(${t}, f64x2.mul(q, v128.load(P)));`);
    code.add(next, `f64x2.mul(${t}, ${SHRINK})`);
    return;
  }
  // A result's digit is below 2^23: the packed form has no other. The half makes ties round up.
  split(t, k < LIMBS ? t : `f64x2.add(${t}, f64x2.splat(0.5))`);
  if (k < LIMBS) code.emit(`const u${String(k)} = f64x2.sub(${t}, c${t});`);
  else code.emit(`v128.store(r, f64x2.sub(${t}, c${t}), ${at(k - LIMBS)});`);
  code.add(next, `f64x2.mul(c${t}, ${SHRINK})`);
}

/** `r = a·b·R^-1`. */
export function multiplyBody(): string {
  const code = new Lines();
  loadOperands(code, ["a", "b"]);
  for (let k = 0; k < COLUMNS; k++) {
    for (const [i, j] of termsOf(k)) code.add(`t${String(k)}`, `f64x2.mul(a${String(i)}, b${String(j)})`);
    reduceColumn(code, k);
  }
  return code.lines.join("\n");
}

/** `r = a²·R^-1`, products off the diagonal with a doubled limb. */
export function squareBody(): string {
  const code = new Lines();
  loadOperands(code, ["a"]);
  for (const i of INDICES) code.emit(`const d${String(i)} = f64x2.add(a${String(i)}, a${String(i)});`);
  for (let k = 0; k < COLUMNS; k++) {
    for (const [i, j] of termsOf(k)) {
      if (i <= j) code.add(`t${String(k)}`, `f64x2.mul(${i === j ? "a" : "d"}${String(i)}, a${String(j)})`);
    }
    reduceColumn(code, k);
  }
  return code.lines.join("\n");
}

/** How many patterns (integers in a float64's mantissa) one product adds to a column. */
export function patternsOf(k: number): number {
  return Math.ceil(termsOf(k).length / TERMS_PER_PATTERN);
}

/** `acc += a·b`, unreduced: columns as 64-bit sums of patterns, whose exponents are taken off at the reduction. */
export function accumulateBody(): string {
  const code = new Lines();
  loadOperands(code, ["a", "b"]);
  for (let k = 0; k < COLUMNS - 1; k++) {
    const terms = termsOf(k);
    const sums = Array.from({ length: patternsOf(k) }, (_, s) => `s${String(k)}_${String(s)}`);
    for (const sum of sums) code.add(sum, LOW);
    terms.forEach(([i, j], term) => {
      code.add(sums[term % sums.length] ?? "", `f64x2.mul(a${String(i)}, b${String(j)})`);
    });
    const total = sums.reduce((x, y) => `i64x2.add(${x}, ${y})`);
    code.emit(`v128.store(acc, i64x2.add(v128.load(acc, ${at(k)}), ${total}), ${at(k)});`);
  }
  return code.lines.join("\n");
}

/** `acc += a·s` for an integer in each lane, split into `low + 2^24·high`. */
export function accumulateIntBody(): string {
  const code = new Lines();
  code.emit("const HI = v128.load(SHARED), s = f64x2(<f64>i, <f64>j);");
  code.emit("const above = f64x2.sub(f64x2.add(s, HI), HI);");
  code.emit(`const low = f64x2.sub(s, above), high = f64x2.mul(above, ${SHRINK});`);
  loadOperands(code, ["a"]);
  for (let k = 0; k <= LIMBS; k++) {
    const t = `t${String(k)}`;
    code.add(t, LOW);
    if (k < LIMBS) code.add(t, `f64x2.mul(a${String(k)}, low)`);
    if (k > 0) code.add(t, `f64x2.mul(a${String(k - 1)}, high)`);
    code.emit(`v128.store(acc, i64x2.add(v128.load(acc, ${at(k)}), ${t}), ${at(k)});`);
  }
  return code.lines.join("\n");
}

/** Brings an accumulator's columns to signed digits in float64, then reduces as a product. */
export function accumulatorReduceBody(lowBits: bigint): string {
  const code = new Lines();
  const word = (x: bigint): string => `<i64>0x${BigInt.asUintN(64, x).toString(16)}`;
  const bias = (1n << 62n) + (1n << BigInt(BITS - 1));
  code.emit("const products: i64 = load<i64>(acc, COUNTS), ints: i64 = load<i64>(acc, COUNTS + 8);");
  code.emit("let carried: v128 = i64x2.splat(0);");
  for (let k = 0; k < COLUMNS; k++) {
    const perProduct = k === COLUMNS - 1 ? 0n : -lowBits * BigInt(patternsOf(k));
    const perInt = k <= LIMBS ? -lowBits : 0n;
    const carriedBias = k === 0 ? 0n : 1n << BigInt(62 - BITS);
    const constant = `i64x2.splat(products * ${word(perProduct)} + ints * ${word(perInt)} + ${word(bias - carriedBias)})`;
    const held = k === COLUMNS - 1 ? "carried" : `i64x2.add(carried, v128.load(acc, ${at(k)}))`;
    code.emit(`const e${String(k)} = i64x2.add(${held}, ${constant});`);
    code.emit(`carried = i64x2.shr_u(e${String(k)}, ${String(BITS)});`);
    const digit = `f64x2.sub(v128.or(v128.and(e${String(k)}, MASK), EXPONENT), OFFSET)`;
    code.add(`t${String(k)}`, digit);
  }
  for (let k = 0; k < COLUMNS; k++) reduceColumn(code, k);
  return code.lines.join("\n");
}
