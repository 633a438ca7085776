/**
 * Signed digits of an integer: `x = Σ digit[k]·2^(bits·k)` with every digit but the last in `[-2^(bits-1), 2^(bits-1))`.
 * Throws `RangeError` when the last digit would be larger than that in magnitude.
 */
export function signedDigits(x: bigint, bits: number, count: number): bigint[] {
  const width = BigInt(bits);
  const half = 1n << (width - 1n);
  const digits: bigint[] = [];
  let rest = x;
  for (let k = 0; k < count - 1; k++) {
    const digit = BigInt.asIntN(bits, rest);
    digits.push(digit);
    rest = (rest - digit) >> width;
  }
  if (rest > half || rest < -half)
    throw new RangeError(`signedDigits: ${String(count)} digits do not hold ${String(x)}`);
  return [...digits, rest];
}

/** The bits of a float64 as an unsigned integer. */
export function float64Bits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** The 64-bit words of constants, as an AssemblyScript array literal's contents. */
export function wordList(words: readonly bigint[]): string {
  return words.map((word) => `0x${BigInt.asUintN(64, word).toString(16)}`).join(", ");
}

/** Declares float64 constants in static memory, each in both lanes. */
export function lanes(name: string, values: readonly number[]): string {
  const words = values.flatMap((value) => [float64Bits(value), float64Bits(value)]);
  return `const ${name} = memory.data<u64>([${wordList(words)}], 16);`;
}
