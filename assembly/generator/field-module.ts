import { fusedField } from "./fused.js";
import { wordList } from "./limbs.js";
import { MODULI, type FieldName } from "./modulus.js";
import { plainField } from "./plain.js";

/** `fused` needs relaxed SIMD and a processor that fuses; `plain` needs SIMD. */
export const BUILDS = ["fused", "plain"] as const;
export type BuildName = (typeof BUILDS)[number];

/** The AssemblyScript text of a field's pair operations in one build. */
export function fieldModule(build: BuildName, field: FieldName): string {
  const p = MODULI[field];
  const words = [0n, 64n, 128n, 192n].map((shift) => ((p - 2n) >> shift) & 0xffffffffffffffffn);
  return `${build === "fused" ? fusedField(p) : plainField(p)}
/** The exponent of Fermat's inverse, 32 bytes, little-endian. */
export const ORDER_MINUS_TWO = memory.data<u64>([${wordList(words)}], 16);
`;
}
