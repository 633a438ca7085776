import type { ModuleBuilder } from "ffjavascript";

/**
 * Two WebAssembly functions a group, built on ffjavascript's own group law and run on its worker threads.
 *
 * Windows of `w` bits: row `k` of the table holds `d·2^(wk)·G` for `d < 2^w`, so a multiple of `G` is one mixed
 * addition per window. With 13 bits that is 20 additions of 11 field multiplications.
 */

/** Scalars are below 2^254. */
export const SCALAR_BITS = 254;
/** A scalar's 32 little-endian bytes and four zeros: the last window's 32-bit load runs over the end. */
export const SCALAR_STRIDE = 36;

export type GroupPrefix = "g1m" | "g2m";
/** Bytes of a coordinate. */
export const COORDINATE_BYTES: Readonly<Record<GroupPrefix, number>> = { g1m: 32, g2m: 64 };

/** The plug-in for `buildBn128`: adds `<prefix>_fixedBaseTable` and `<prefix>_fixedBaseMultiply` for both groups. */
export function addFixedBaseFunctions(module: ModuleBuilder): void {
  for (const prefix of ["g1m", "g2m"] as const) {
    addTable(module, prefix);
    addMultiply(module, prefix);
  }
}

/**
 * `(base, windows, entries, cursor)`: writes `windows` rows of `entries = 2^w` projective points at `cursor`, and one
 * point of scratch behind them. `base` (projective) is overwritten.
 */
function addTable(module: ModuleBuilder, prefix: GroupPrefix): void {
  const pointBytes = 3 * COORDINATE_BYTES[prefix];
  const name = `${prefix}_fixedBaseTable`;
  const f = module.addFunction(name);
  for (const parameter of ["base", "windows", "entries", "cursor"]) f.addParam(parameter, "i32");
  f.addLocal("digit", "i32");
  const c = f.getCodeBuilder();
  const get = (local: string) => c.getLocal(local);
  const next = c.i32_add(get("cursor"), c.i32_const(pointBytes));

  const row = [
    // Entry d + 1 is entry d plus the base; the one after the last is the next row's base.
    ...c.call(`${prefix}_zero`, get("cursor")),
    ...c.setLocal("digit", c.i32_const(0)),
    ...c.block(
      c.loop(
        c.br_if(1, c.i32_eq(get("digit"), get("entries"))),
        c.call(`${prefix}_add`, get("cursor"), get("base"), next),
        c.setLocal("cursor", next),
        c.setLocal("digit", c.i32_add(get("digit"), c.i32_const(1))),
        c.br(0),
      ),
    ),
    ...c.call(`${prefix}_copy`, get("cursor"), get("base")),
    ...c.setLocal("windows", c.i32_sub(get("windows"), c.i32_const(1))),
  ];
  f.addCode(c.block(c.loop(c.br_if(1, c.i32_eqz(get("windows"))), row, c.br(0))));
  module.exportFunction(name);
}

/** `(table, windowBits, scalars, count, out)`: `count` projective points at `out`; `table` is affine. */
function addMultiply(module: ModuleBuilder, prefix: GroupPrefix): void {
  const affineBytes = 2 * COORDINATE_BYTES[prefix];
  const name = `${prefix}_fixedBaseMultiply`;
  const f = module.addFunction(name);
  for (const parameter of ["table", "windowBits", "scalars", "count", "out"]) f.addParam(parameter, "i32");
  for (const local of ["bit", "row", "digit"]) f.addLocal(local, "i32");
  const c = f.getCodeBuilder();
  const get = (local: string) => c.getLocal(local);

  const word = c.i32_load(c.i32_add(get("scalars"), c.i32_shr_u(get("bit"), c.i32_const(3))), 0, 0);
  const mask = c.i32_sub(c.i32_shl(c.i32_const(1), get("windowBits")), c.i32_const(1));
  const digit = c.i32_and(c.i32_shr_u(word, c.i32_and(get("bit"), c.i32_const(7))), mask);
  const entry = c.i32_add(get("row"), c.i32_mul(get("digit"), c.i32_const(affineBytes)));

  const scalar = [
    ...c.call(`${prefix}_zero`, get("out")),
    ...c.setLocal("bit", c.i32_const(0)),
    ...c.setLocal("row", get("table")),
    ...c.block(
      c.loop(
        c.br_if(1, c.i32_ge_u(get("bit"), c.i32_const(SCALAR_BITS))),
        c.setLocal("digit", digit),
        c.if(get("digit"), c.call(`${prefix}_addMixed`, get("out"), entry, get("out"))),
        c.setLocal("bit", c.i32_add(get("bit"), get("windowBits"))),
        c.setLocal("row", c.i32_add(get("row"), c.i32_shl(c.i32_const(affineBytes), get("windowBits")))),
        c.br(0),
      ),
    ),
    ...c.setLocal("scalars", c.i32_add(get("scalars"), c.i32_const(SCALAR_STRIDE))),
    ...c.setLocal("out", c.i32_add(get("out"), c.i32_const(3 * COORDINATE_BYTES[prefix]))),
    ...c.setLocal("count", c.i32_sub(get("count"), c.i32_const(1))),
  ];
  f.addCode(c.block(c.loop(c.br_if(1, c.i32_eqz(get("count"))), scalar, c.br(0))));
  module.exportFunction(name);
}
