import { float64Bits, lanes, signedDigits, wordList } from "./limbs.js";
import {
  accumulateBody,
  accumulateIntBody,
  accumulatorReduceBody,
  multiplyAddBody,
  multiplyBody,
  PRODUCT_CONSTANTS,
  SHARED_FLOATS,
  squareBody,
} from "./fused-multiply.js";
import { BITS, FusedField, LIMBS } from "./fused-product.js";
import { linearOperations } from "./linear.js";
import { inverseModulo } from "./modulus.js";

const R = 1n << BigInt(BITS * LIMBS);

/** The field modulo p on signed 51-bit limbs in float64, with fused multiply-add. */
export function fusedField(p: bigint): string {
  const field = new FusedField(p);
  const limbs = (x: bigint): number[] => signedDigits(x, BITS, LIMBS).map(Number);
  const element = (name: string, x: bigint): string => lanes(name, limbs(x % p > p / 2n ? (x % p) - p : x % p));
  const mul = multiplyBody();
  const mulAdd = multiplyAddBody();
  const sqr = squareBody();
  const accMul = accumulateBody();
  const accMulInt = accumulateIntBody();
  const accReduce = accumulatorReduceBody(accMul, accMulInt);
  const shared = [
    ...SHARED_FLOATS.map(float64Bits),
    (1n << 51n) - 1n,
    float64Bits(2 ** 52),
    float64Bits(2 ** 52 + 2 ** 50),
    float64Bits(Number(field.pInverse)),
    // 2^204 / p: the top column in units of q.
    float64Bits(Number((1n << 400n) / p) / 2 ** 196),
    float64Bits(Number((1n << 400n) / p) / 2 ** 196),
  ];
  const count = (offset: number): string =>
    `store<i64>(acc, load<i64>(acc, ${String(offset)}) + 1, ${String(offset)});`;
  const body = (signature: string, code: { readonly lines: readonly string[] }, more = ""): string =>
    `export function ${signature}: void {${more}${PRODUCT_CONSTANTS}\n${code.lines.join("\n")}\n}`;
  const factor = (x: bigint): bigint => x % p;
  return [
    `export const PAIR_BYTES: usize = 192;\nexport const WIDE_BYTES: usize = 384;`,
    `const SHARED = memory.data<u64>([${wordList(shared.flatMap((word) => [word, word]))}], 16);`,
    lanes("P", limbs(p)),
    lanes("N", field.nLimbs.map(Number)),
    element("RHO", 1n << 499n),
    element("ONE", R),
    element("RADIX2", factor(R * R)),
    element("UNIT", 1n),
    element("FROM_256", factor(R * R * inverseModulo(1n << 256n, p))),
    element("TO_256", 1n << 256n),
    mul.constantsDeclaration(),
    mulAdd.constantsDeclaration(),
    sqr.constantsDeclaration(),
    accReduce.constantsDeclaration(),
    body("mul(r: usize, a: usize, b: usize)", mul),
    body("mulAdd(r: usize, a: usize, b: usize, c: usize, d: usize)", mulAdd),
    body("sqr(r: usize, a: usize)", sqr),
    body("accMul(acc: usize, a: usize, b: usize)", accMul, count(160)),
    body("accMulInt(acc: usize, a: usize, i: i32, j: i32)", accMulInt, count(168)),
    body("accReduce(r: usize, acc: usize)", accReduce),
    linearOperations({ bits: BITS, limbs: LIMBS, topBits: BITS, fused: true }),
  ].join("\n");
}
