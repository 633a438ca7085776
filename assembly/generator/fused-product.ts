import { inverseModulo } from "./modulus.js";
import { float64Bits, signedDigits, wordList } from "./limbs.js";

export const LIMBS = 5;
export const BITS = 51;

const WIDTH = BigInt(BITS);
const BASE = 1n << WIDTH;
const HALF = BASE >> 1n;

/** `1.5·2^103`: added to a product it leaves the multiple of 2^51 nearest to it, in the mantissa's low bits. */
export const HIGH = 1.5 * 2 ** 103;
/** `1.5·2^52`: added to an integer below 2^51 in magnitude it puts the integer into the mantissa. */
export const LOW = 1.5 * 2 ** 52;
/** Makes every column positive so that carries are logical shifts (arithmetic 64-bit ones are slow on x64). */
const COLUMN_BIAS = 1n << 62n;
const CARRY_BIAS = COLUMN_BIAS >> WIDTH;

/** The constants of one field; see `fused.ts` for what they are for. */
export class FusedField {
  readonly p: bigint;
  readonly pLimbs: readonly bigint[];
  /** `-p^-1 mod 2^51`, signed. */
  readonly pInverse: bigint;
  /** `N = (p·pInverse + 1) / 2^51`: adding `u·N` one limb up cancels `u`. */
  readonly nLimbs: readonly bigint[];

  constructor(p: bigint) {
    this.p = p;
    this.pLimbs = signedDigits(p, BITS, LIMBS);
    this.pInverse = BigInt.asIntN(BITS, -inverseModulo(p, BASE));
    this.nLimbs = signedDigits((p * this.pInverse + 1n) / BASE, BITS, LIMBS);
    for (const limb of this.pLimbs) {
      // |q| < 2.02·2^51 (of mulAdd 1.8·2^51) times a limb of p must stay below 2^102.
      if ((limb < 0n ? -limb : limb) * 100n > HALF * 76n) throw new RangeError("a limb of p is too close to 2^50");
    }
  }
}

/** Straight-line code over ten columns of i64x2, written column by column. */
export class ColumnCode {
  readonly lines: string[];
  readonly #highs = new Array<number>(2 * LIMBS).fill(0);
  readonly #lows = new Array<number>(2 * LIMBS).fill(0);
  readonly #bias = new Array<bigint>(2 * LIMBS).fill(0n);
  readonly #started = new Array<boolean>(2 * LIMBS).fill(false);
  readonly #names: { readonly columns: string; readonly constants: string };
  #fresh = 0;

  constructor(columns: string, constants: string, lines: string[] = []) {
    this.#names = { columns, constants };
    this.lines = lines;
  }

  emit(line: string): void {
    this.lines.push(`  ${line}`);
  }

  name(prefix: string): string {
    return `${prefix}_${this.#names.columns}${String(this.#fresh++)}`;
  }

  column(k: number): string {
    return `${this.#names.columns}${String(k)}`;
  }

  /** Adds an i64x2 to a column; the first addend takes the column's constants along. */
  accumulate(k: number, value: string): void {
    const column = this.column(k);
    if (this.#started[k] === true) this.emit(`${column} = i64x2.add(${column}, ${value});`);
    else if (this.#names.constants === "") this.emit(`let ${column}: v128 = ${value};`);
    else
      this.emit(`let ${column}: v128 = i64x2.add(v128.load(${this.#names.constants}, ${String(16 * k)}), ${value});`);
    this.#started[k] = true;
  }

  bias(k: number, by: bigint): void {
    this.#bias[k] = (this.#bias[k] ?? 0n) + by;
  }

  /** `x·y·2^(51k)`: the low half into column k, the high half into column k + 1. Returns the high half's bits. */
  product(k: number, x: string, y: string, known?: string): string {
    const high = known ?? this.name("h");
    if (known === undefined) this.emit(`const ${high} = f64x2.relaxed_madd(${x}, ${y}, HI);`);
    this.accumulate(k + 1, high);
    this.#highs[k + 1] = (this.#highs[k + 1] ?? 0) + 1;
    this.accumulate(k, `f64x2.relaxed_madd(${x}, ${y}, f64x2.sub(HL, ${high}))`);
    this.#lows[k] = (this.#lows[k] ?? 0) + 1;
    return high;
  }

  /** Twice the column of another code, whose patterns are then in this column twice. */
  accumulateTwice(k: number, other: ColumnCode): void {
    this.accumulate(k, `i64x2.add(${other.column(k)}, ${other.column(k)})`);
    this.#highs[k] = (this.#highs[k] ?? 0) + 2 * (other.#highs[k] ?? 0);
    this.#lows[k] = (this.#lows[k] ?? 0) + 2 * (other.#lows[k] ?? 0);
  }

  /** The signed low 51 bits of a column as a float64 limb; what is above goes to the next column. */
  digit(k: number): string {
    const limb = this.name("d");
    this.bias(k, COLUMN_BIAS + HALF);
    this.emit(`const ${limb} = f64x2.sub(v128.or(v128.and(${this.column(k)}, MASK), EXPONENT), OFFSET);`);
    return limb;
  }

  carry(k: number): void {
    this.accumulate(k + 1, `i64x2.shr_u(${this.column(k)}, ${String(BITS)})`);
    this.bias(k + 1, -CARRY_BIAS);
  }

  /** The last column as a float64 limb: its magnitude is below 2^51. */
  top(k: number): string {
    this.bias(k, float64Bits(LOW));
    return `f64x2.sub(${this.column(k)}, f64x2.splat(${String(LOW)}.0))`;
  }

  /** How often the column's sum holds the exponents of high and low halves. */
  patterns(k: number): bigint {
    return BigInt(this.#highs[k] ?? 0) * float64Bits(HIGH) + BigInt(this.#lows[k] ?? 0) * float64Bits(LOW);
  }

  /** What the columns start with: biases, less the exponents of the patterns they add up. */
  constants(): bigint[] {
    return this.#bias.map((bias, k) => bias - this.patterns(k));
  }

  /** The static memory that `constants()` needs, each word for both lanes. */
  constantsDeclaration(): string {
    const words = this.constants().flatMap((word) => [word, word]);
    return `const ${this.#names.constants} = memory.data<u64>([${wordList(words)}], 16);`;
  }
}
