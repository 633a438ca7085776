import type { FieldName } from "./modulus.js";

/** A kernel over vectors: which operations of a field's pairs stand in the one loop. */
interface VectorLoop {
  readonly name: string;
  readonly doc: string;
  readonly field: FieldName;
  readonly load: "load" | "loadInteger";
  /** Nothing where storing does it. */
  readonly operation?: string;
  readonly store: "store" | "storeProduct" | "storeCanonical" | "storeInteger";
}

const FROM_INTEGERS = { load: "loadInteger", store: "storeProduct" } as const;
const TO_INTEGERS = { load: "load", store: "storeInteger" } as const;
const FROM_CANONICAL = "Canonical 32-byte little-endian integers below the order → packed.";
const TO_CANONICAL = "Packed → canonical 32-byte little-endian integers below the order.";

/** In the order in which the module has them, `frFromInts` between the second and the third. */
const UNARY: readonly VectorLoop[] = [
  { name: "frFromCanonical", doc: FROM_CANONICAL, field: "fr", operation: "fromCanonical", ...FROM_INTEGERS },
  { name: "frToCanonical", doc: TO_CANONICAL, field: "fr", operation: "toCanonical", ...TO_INTEGERS },
  { name: "fqFromCanonical", doc: FROM_CANONICAL, field: "fq", operation: "fromCanonical", ...FROM_INTEGERS },
  { name: "fqToCanonical", doc: TO_CANONICAL, field: "fq", operation: "toCanonical", ...TO_INTEGERS },
  {
    name: "fqFromMontgomery256",
    doc: "Coordinates as in `.ptau` files (Montgomery form, R = 2^256, below the order) → packed.",
    field: "fq",
    operation: "fromMontgomery256",
    ...FROM_INTEGERS,
  },
  {
    name: "fqToMontgomery256",
    doc: "Packed → coordinates as in `.ptau` files, below the order.",
    field: "fq",
    operation: "toMontgomery256",
    ...TO_INTEGERS,
  },
  {
    name: "frReduceVector",
    doc: "Packed → packed and below the order, still Montgomery: equal elements get equal bytes.",
    field: "fr",
    load: "load",
    store: "storeCanonical",
  },
];

const BINARY: readonly (VectorLoop & { readonly operation: string })[] = [
  { name: "frMulVectors", doc: "`out = x·y`", field: "fr", load: "load", operation: "mul", store: "storeProduct" },
  { name: "frAddVectors", doc: "`out = x + y`", field: "fr", load: "load", operation: "add", store: "store" },
  { name: "frSubVectors", doc: "`out = x - y`", field: "fr", load: "load", operation: "sub", store: "store" },
  { name: "fqMulVectors", doc: "`out = x·y`", field: "fq", load: "load", operation: "mul", store: "storeProduct" },
];

/** The AssemblyScript text of the kernels over vectors of packed field elements. */
export function vectorModule(): string {
  const [fromCanonical, toCanonical, ...others] = UNARY.map(unary);
  return `/**
 * Vectors of packed field elements: 32 bytes each, one after the other. \`out\` may be any of the inputs. Every loop
 * takes two elements at a time; the last of an odd number goes through both lanes.
 */
import * as fr from "./fr";
import * as fq from "./fq";
import { alloc, mark, release } from "../memory";

const ELEMENT_BYTES: usize = 32;
${[fromCanonical, toCanonical, FROM_INTS, ...others, ...BINARY.map(binary)].join("")}`;
}

/** Signed integers have 4 bytes, not 32: the one loop that differs. */
const FROM_INTS = `
/** Signed 32-bit integers → packed. */
export function frFromInts(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(fr.PAIR_BYTES);
  for (let i = 0; i < count; i += 2) {
    const j = i + 1 < count ? i + 1 : i;
    fr.fromInts(r, load<i32>(values + 4 * i), load<i32>(values + 4 * j));
    fr.storeProduct(out + ELEMENT_BYTES * i, out + ELEMENT_BYTES * j, r);
  }
  release(m);
}
`;

function unary({ name, doc, field, load, operation, store }: VectorLoop): string {
  return `
/** ${doc} */
export function ${name}(out: usize, values: usize, count: i32): void {
  const m = mark();
  const r = alloc(${field}.PAIR_BYTES);
${loop([
  `${field}.${load}(r, values + a, values + b);`,
  ...(operation === undefined ? [] : [`${field}.${operation}(r, r);`]),
  `${field}.${store}(out + a, out + b, r);`,
])}
  release(m);
}
`;
}

function binary({ name, doc, field, load, operation, store }: (typeof BINARY)[number]): string {
  return `
/** Element by element: ${doc}. */
export function ${name}(out: usize, x: usize, y: usize, count: i32): void {
  const m = mark();
  const r = alloc(2 * ${field}.PAIR_BYTES);
  const s = r + ${field}.PAIR_BYTES;
${loop([
  `${field}.${load}(r, x + a, x + b);`,
  `${field}.${load}(s, y + a, y + b);`,
  `${field}.${operation}(r, r, s);`,
  `${field}.${store}(out + a, out + b, r);`,
])}
  release(m);
}
`;
}

/** Two elements at a time, at bytes `a` and `b`. */
function loop(body: readonly string[]): string {
  return `  for (let i = 0; i < count; i += 2) {
    const a = ELEMENT_BYTES * i;
    const b = i + 1 < count ? a + ELEMENT_BYTES : a;
${body.map((line) => `    ${line}\n`).join("")}  }`;
}
