import { ColumnCode, HIGH, LIMBS, LOW } from "./fused-product.js";

const INDICES = Array.from({ length: LIMBS }, (_, i) => i);

/** Declares the constants that every product uses. */
export const PRODUCT_CONSTANTS = `
  const HI = v128.load(SHARED), HL = v128.load(SHARED, 16), MASK = v128.load(SHARED, 32);
  const EXPONENT = v128.load(SHARED, 48), OFFSET = v128.load(SHARED, 64);`;

/**
 * Column k of the Montgomery reduction, once the column's other addends are in. Columns 0 to 3: the signed digit u
 * goes, `u·N` comes in one limb up. Column 4: `q = u·pInverse`, moved by the multiple of 2^51 that brings the result
 * near zero (`estimate`: the top column's worth as a float64 times 2^51), then `q·p`. Columns 5 to 9 are the result.
 */
export function reduceColumn(code: ColumnCode, k: number, result: string, estimate: string | undefined): void {
  for (const i of INDICES.slice(0, 4)) {
    const j = k - 1 - i;
    if (j >= 0 && j < LIMBS) code.product(k, `u${String(i)}`, `v128.load(N, ${String(16 * j)})`);
  }
  if (k > 4 && k < 9) code.product(k, "q", `v128.load(P, ${String(16 * (k - 4))})`);
  if (k < 4) {
    code.emit(`const u${String(k)} = ${code.digit(k)};`);
    code.carry(k);
  } else if (k === 4) {
    emitQuotient(code, code.digit(4), estimate);
    code.product(4, "q", "v128.load(P)");
    code.carry(4);
  } else {
    const limb = k < 9 ? code.digit(k) : code.top(k);
    code.emit(`v128.store(${result}, ${limb}, ${String(16 * (k - 5))});`);
    if (k < 9) code.carry(k);
  }
}

function emitQuotient(code: ColumnCode, digit: string, estimate: string | undefined): void {
  const low = `f64x2.splat(${String(LOW)}.0)`;
  code.emit(`const INV = v128.load(SHARED, 80);`);
  code.emit(`const qh = f64x2.relaxed_madd(${digit}, INV, HI);`);
  code.emit(`let q = f64x2.sub(f64x2.relaxed_madd(${digit}, INV, f64x2.sub(HL, qh)), ${low});`);
  if (estimate === undefined) return;
  code.emit(`const move = f64x2.add(f64x2.relaxed_madd(${estimate}, v128.load(SHARED, 96), q), HI);`);
  code.emit(`q = f64x2.sub(q, f64x2.sub(move, HI));`);
}

/** `r = a·b·R^-1`. */
export function multiplyBody(): ColumnCode {
  const code = new ColumnCode("t", "MUL_COLUMNS");
  for (const i of INDICES) {
    const at = String(16 * i);
    code.emit(`const a${String(i)} = v128.load(a, ${at}), b${String(i)} = v128.load(b, ${at});`);
  }
  code.emit("const top = f64x2.relaxed_madd(a4, b4, HI);");
  for (let k = 0; k < 2 * LIMBS; k++) {
    for (const i of INDICES) {
      const j = k - i;
      if (j < 0 || j >= LIMBS) continue;
      code.product(k, `a${String(i)}`, `b${String(j)}`, k === 8 ? "top" : undefined);
    }
    reduceColumn(code, k, "r", "f64x2.sub(top, HI)");
  }
  return code;
}

/** `r = (a·b + c·d)·R^-1`, operands as for a product. The sum's quotient is still within its bound. */
export function multiplyAddBody(): ColumnCode {
  const code = new ColumnCode("t", "MUL_ADD_COLUMNS");
  for (const name of ["a", "b", "c", "d"]) {
    for (const i of INDICES) code.emit(`const ${name}${String(i)} = v128.load(${name}, ${String(16 * i)});`);
  }
  code.emit("const top = f64x2.relaxed_madd(a4, b4, HI), more = f64x2.relaxed_madd(c4, d4, HI);");
  for (let k = 0; k < 2 * LIMBS; k++) {
    for (const i of INDICES) {
      const j = k - i;
      if (j < 0 || j >= LIMBS) continue;
      code.product(k, `a${String(i)}`, `b${String(j)}`, k === 8 ? "top" : undefined);
      code.product(k, `c${String(i)}`, `d${String(j)}`, k === 8 ? "more" : undefined);
    }
    reduceColumn(code, k, "r", "f64x2.add(f64x2.sub(top, HI), f64x2.sub(more, HI))");
  }
  return code;
}

/** `r = a²·R^-1`: products off the diagonal once, their columns twice. */
export function squareBody(): ColumnCode {
  const code = new ColumnCode("t", "SQR_COLUMNS");
  const off = new ColumnCode("o", "", code.lines);
  for (const i of INDICES) code.emit(`const a${String(i)} = v128.load(a, ${String(16 * i)});`);
  code.emit("const top = f64x2.relaxed_madd(a4, a4, HI);");
  for (let k = 0; k < 2 * LIMBS; k++) {
    for (const i of INDICES) {
      const j = k - i;
      if (j > i && j < LIMBS) off.product(k, `a${String(i)}`, `a${String(j)}`);
    }
    if (k > 0 && k < 9) code.accumulateTwice(k, off);
    const half = `a${String(k / 2)}`;
    if (k % 2 === 0 && k < 9) code.product(k, half, half, k === 8 ? "top" : undefined);
    reduceColumn(code, k, "r", "f64x2.sub(top, HI)");
  }
  return code;
}

/** `acc += a·b`, unreduced; the patterns' exponents stay in and are counted. */
export function accumulateBody(): ColumnCode {
  const code = new ColumnCode("t", "");
  for (const i of INDICES) {
    const at = String(16 * i);
    code.emit(`const a${String(i)} = v128.load(a, ${at}), b${String(i)} = v128.load(b, ${at});`);
  }
  for (let k = 0; k < 2 * LIMBS; k++) {
    const at = String(16 * k);
    for (const i of INDICES) {
      const j = k - i;
      if (j >= 0 && j < LIMBS) code.product(k, `a${String(i)}`, `b${String(j)}`);
    }
    code.emit(`v128.store(acc, i64x2.add(v128.load(acc, ${at}), ${code.column(k)}), ${at});`);
  }
  return code;
}

/** `acc += a·s` for an integer in each lane. */
export function accumulateIntBody(): ColumnCode {
  const code = new ColumnCode("t", "");
  code.emit("const s = f64x2(<f64>i, <f64>j);");
  for (let k = 0; k <= LIMBS; k++) {
    const at = String(16 * k);
    if (k < LIMBS) code.product(k, "s", `v128.load(a, ${at})`);
    code.emit(`v128.store(acc, i64x2.add(v128.load(acc, ${at}), ${code.column(k)}), ${at});`);
  }
  return code;
}

/**
 * Reduces an accumulator. Its top column may hold up to 2^58: all of it above 2^39 is folded, `f·2^499 = f·rho`.
 */
export function accumulatorReduceBody(products: ColumnCode, ints: ColumnCode): ColumnCode {
  const code = new ColumnCode("t", "ACC_COLUMNS");
  const held = (k: number): string => {
    const perProduct = BigInt.asUintN(64, -products.patterns(k)).toString(16);
    const perInt = BigInt.asUintN(64, -ints.patterns(k)).toString(16);
    const count = `i64x2.splat(products * <i64>0x${perProduct} + ints * <i64>0x${perInt})`;
    return `i64x2.add(v128.load(acc, ${String(16 * k)}), ${count})`;
  };
  code.emit("const products: i64 = load<i64>(acc, 160), ints: i64 = load<i64>(acc, 168);");
  code.emit(`const s = i64x2.add(${held(9)}, i64x2.splat(${String((1n << 62n) + (1n << 39n))}));`);
  code.emit("const f = f64x2.sub(v128.or(i64x2.shr_u(s, 40), EXPONENT), f64x2.splat(4503599631564800.0));");
  code.accumulate(
    9,
    `i64x2.sub(v128.and(s, i64x2.splat(${String((1n << 40n) - 1n)})), i64x2.splat(${String(1n << 39n)}))`,
  );
  for (let k = 0; k < 2 * LIMBS; k++) {
    if (k < 9) code.accumulate(k, held(k));
    if (k < LIMBS) code.product(k, "f", `v128.load(RHO, ${String(16 * k)})`);
    reduceColumn(code, k, "r", undefined);
  }
  return code;
}

/** What `SHARED` holds besides the field's own constants. */
export const SHARED_FLOATS = [HIGH, HIGH + LOW] as const;
