import { expect } from "chai";
import fc from "fast-check";
import { float16FromBits, SAFETENSORS_DTYPES } from "../../../src/model/dtype.js";

/** Every dtype read element by element, as its definition says. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => float16FromBits(view.getUint16(at, true)),
  BF16: (view, at) => {
    const bits = new DataView(new ArrayBuffer(4));
    bits.setUint32(0, view.getUint16(at, true) * 0x10000);
    return bits.getFloat32(0);
  },
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  I32: (view, at) => view.getInt32(at, true),
  I16: (view, at) => view.getInt16(at, true),
  I8: (view, at) => view.getInt8(at),
  U64: (view, at) => Number(view.getBigUint64(at, true)),
  U32: (view, at) => view.getUint32(at, true),
  U16: (view, at) => view.getUint16(at, true),
  U8: (view, at) => view.getUint8(at),
  BOOL: (view, at) => view.getUint8(at),
  F8_E4M3: (view, at) => smallFloat(view.getUint8(at), 3, 7, [0x7f, 0xff]),
  // The upper half of a binary16.
  F8_E5M2: (view, at) => float16FromBits(view.getUint8(at) << 8),
  F8_E4M3FNUZ: (view, at) => smallFloat(view.getUint8(at), 3, 8, [0x80]),
  F8_E5M2FNUZ: (view, at) => smallFloat(view.getUint8(at), 2, 16, [0x80]),
  F8_E8M0: (view, at) => (view.getUint8(at) === 255 ? NaN : 2 ** (view.getUint8(at) - 127)),
};

/** A float of 8 bits by the textbook: its sign, then `1.fraction` or, with the exponent 0, `0.fraction`. */
function smallFloat(code: number, fractionBits: number, bias: number, nans: readonly number[]): number {
  if (nans.includes(code)) return NaN;
  const sign = code >= 128 ? -1 : 1;
  const exponent = Math.floor((code % 128) / 2 ** fractionBits);
  const fraction = (code % 2 ** fractionBits) / 2 ** fractionBits;
  return sign * (exponent === 0 ? fraction * 2 : 1 + fraction) * 2 ** (exponent - bias);
}

describe("dtypes", () => {
  it("are all known to this test", () => {
    expect([...SAFETENSORS_DTYPES.keys()].sort()).to.deep.equal(Object.keys(readers).sort());
  });

  for (const [name, dtype] of SAFETENSORS_DTYPES) {
    it(`decode chunks of ${name} as element by element, wherever they lie in a buffer`, () => {
      const chunk = fc.record({ bytes: fc.uint8Array({ minLength: 80, maxLength: 80 }), start: fc.nat({ max: 8 }) });
      fc.assert(
        fc.property(chunk, ({ bytes, start }) => {
          const count = Math.floor((bytes.length - start) / dtype.bytes);
          const stored = bytes.subarray(start);
          const view = new DataView(bytes.buffer, bytes.byteOffset + start);
          const expected = Array.from({ length: count }, (_, i) => readers[name]!(view, i * dtype.bytes));
          expect(Array.from(dtype.decode(stored, count))).to.deep.equal(expected);
        }),
        { numRuns: 300 },
      );
    });
  }

  it("round 64-bit integers half to even", () => {
    const values = [2n ** 53n + 1n, 2n ** 53n + 3n, -(2n ** 53n) - 1n, -(2n ** 63n), 2n ** 62n + 2n ** 9n, -1n];
    const bytes = new Uint8Array(BigInt64Array.from(values).buffer);
    expect(Array.from(SAFETENSORS_DTYPES.get("I64")!.decode(bytes, values.length))).to.deep.equal(values.map(Number));
  });
});
