import { fusedField } from "./fused.js";
import { MODULI, type FieldName } from "./modulus.js";
import { plainField } from "./plain.js";

/** `fused` needs relaxed SIMD and a processor that fuses; `plain` needs SIMD. */
export const BUILDS = ["fused", "plain"] as const;
export type BuildName = (typeof BUILDS)[number];

/** The AssemblyScript text of a field's pair operations in one build. */
export function fieldModule(build: BuildName, field: FieldName): string {
  return build === "fused" ? fusedField(MODULI[field]) : plainField(MODULI[field]);
}
