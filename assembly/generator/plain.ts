import { float64Bits, lanes, signedDigits, wordList } from "./limbs.js";
import { linearOperations } from "./linear.js";
import { inverseModulo } from "./modulus.js";
import {
  accumulateBody,
  accumulateIntBody,
  accumulatorReduceBody,
  BITS,
  LIMBS,
  multiplyBody,
  squareBody,
} from "./plain-multiply.js";

const BASE = 1n << BigInt(BITS);
const R = 1n << BigInt(BITS * LIMBS);
const TOP = BITS * (LIMBS - 1);

/** The field modulo p on signed 24-bit limbs in float64, without relaxed SIMD. */
export function plainField(p: bigint): string {
  const limbs = (x: bigint): number[] => signedDigits(x, BITS, LIMBS).map(Number);
  const element = (name: string, x: bigint): string => lanes(name, limbs(x % p > p / 2n ? (x % p) - p : x % p));
  const pInverse = BigInt.asIntN(BITS, -inverseModulo(p, BASE));
  const shared = [
    float64Bits(1.5 * 2 ** (52 + BITS)),
    0n,
    BASE - 1n,
    float64Bits(2 ** 52),
    float64Bits(2 ** 52 + 2 ** (BITS - 1)),
    float64Bits(Number(pInverse)),
    float64Bits(Number((1n << 440n) / p) / 2 ** (440 - TOP)),
  ];
  const count = (offset: number): string =>
    `store<i64>(acc, load<i64>(acc, COUNTS + ${String(offset)}) + 1, COUNTS + ${String(offset)});\n`;
  const product = "  const HI = v128.load(SHARED);\n";
  const digits =
    "  const MASK = v128.load(SHARED, 32), EXPONENT = v128.load(SHARED, 48), OFFSET = v128.load(SHARED, 64);\n";
  const body = (signature: string, code: string): string => `export function ${signature}: void {\n${code}\n}`;
  return [
    "export const PAIR_BYTES: usize = 192;\nexport const WIDE_BYTES: usize = 384;\nconst COUNTS: usize = 352;",
    `const SHARED = memory.data<u64>([${wordList(shared.flatMap((word) => [word, word]))}], 16);`,
    lanes("P", limbs(p)),
    lanes("N", limbs((p * pInverse + 1n) / BASE)),
    element("ONE", R),
    element("RADIX2", R * R),
    element("UNIT", 1n),
    element("FROM_256", R * R * inverseModulo(1n << 256n, p)),
    element("TO_256", 1n << 256n),
    body("mul(r: usize, a: usize, b: usize)", product + multiplyBody()),
    body("sqr(r: usize, a: usize)", product + squareBody()),
    body("accMul(acc: usize, a: usize, b: usize)", count(0) + accumulateBody()),
    body("accMulInt(acc: usize, a: usize, i: i32, j: i32)", count(8) + accumulateIntBody()),
    body("accReduce(r: usize, acc: usize)", product + digits + accumulatorReduceBody(float64Bits(1.5 * 2 ** 52))),
    // The reduction of an accumulator is cheaper than the registers that four operands take.
    "const SUM = memory.data(384, 16);",
    body(
      "mulAdd(r: usize, a: usize, b: usize, c: usize, d: usize)",
      "  accClear(SUM);\n  accMul(SUM, a, b);\n  accMul(SUM, c, d);\n  accReduce(r, SUM);",
    ),
    linearOperations({ bits: BITS, limbs: LIMBS, topBits: 256 - TOP, fused: false }),
  ].join("\n");
}
