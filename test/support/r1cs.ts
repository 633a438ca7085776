import { FR_ORDER } from "../../src/protocol/constants.js";

/** One linear combination of wires. */
export interface LinearCombination {
  readonly wires: Uint32Array;
  readonly coefficients: readonly bigint[];
}

/** `a · b = c`. */
export interface Constraint {
  readonly a: LinearCombination;
  readonly b: LinearCombination;
  readonly c: LinearCombination;
}

/** A rank-1 constraint system as circom writes it (iden3 r1cs format, version 1). */
export interface R1cs {
  readonly wireCount: number;
  /** Wires 1 … publicCount are public. */
  readonly publicCount: number;
  readonly constraints: readonly Constraint[];
}

const HEADER = 1;
const CONSTRAINTS = 2;

/** Parses a `.r1cs` file over BN254's scalar field. */
export function parseR1cs(bytes: Uint8Array): R1cs {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections = new Map<number, number>();
  for (let at = 12, left = view.getUint32(8, true); left > 0; left--) {
    sections.set(view.getUint32(at, true), at + 12);
    at += 12 + Number(view.getBigUint64(at + 4, true));
  }
  const header = sections.get(HEADER);
  const body = sections.get(CONSTRAINTS);
  if (header === undefined || body === undefined || readFr(view, header + 4) !== FR_ORDER) {
    throw new Error("not an r1cs file over BN254's scalar field");
  }
  const counts = header + 36;
  const position = { at: body };
  const constraints: Constraint[] = [];
  for (let left = view.getUint32(counts + 24, true); left > 0; left--) {
    constraints.push({
      a: readCombination(view, position),
      b: readCombination(view, position),
      c: readCombination(view, position),
    });
  }
  return {
    wireCount: view.getUint32(counts, true),
    publicCount: view.getUint32(counts + 4, true) + view.getUint32(counts + 8, true),
    constraints,
  };
}

/** Reads 32 little-endian bytes. */
export function readFr(view: DataView, at: number): bigint {
  let value = 0n;
  for (let i = 3; i >= 0; i--) value = (value << 64n) | view.getBigUint64(at + 8 * i, true);
  return value;
}

function readCombination(view: DataView, position: { at: number }): LinearCombination {
  const length = view.getUint32(position.at, true);
  const wires = new Uint32Array(length);
  const coefficients: bigint[] = [];
  position.at += 4;
  for (let i = 0; i < length; i++, position.at += 36) {
    wires[i] = view.getUint32(position.at, true);
    const value = readFr(view, position.at + 4);
    // Small representatives make the products cheaper.
    coefficients.push(value > FR_ORDER >> 1n ? value - FR_ORDER : value);
  }
  return { wires, coefficients };
}

/** Value of a combination, not reduced. */
export function combinationAt(combination: LinearCombination, witness: readonly bigint[]): bigint {
  const { wires, coefficients } = combination;
  let sum = 0n;
  for (let i = 0; i < wires.length; i++) {
    sum += (coefficients[i] as bigint) * (witness[wires[i] as number] as bigint);
  }
  return sum;
}

export function isSatisfied(constraint: Constraint, witness: readonly bigint[]): boolean {
  const a = combinationAt(constraint.a, witness) % FR_ORDER;
  const b = combinationAt(constraint.b, witness) % FR_ORDER;
  return (a * b - combinationAt(constraint.c, witness)) % FR_ORDER === 0n;
}

/** Indices of the constraints that a witness breaks, lazily. */
export function* brokenConstraints(r1cs: R1cs, witness: readonly bigint[]): Generator<number> {
  for (const [index, constraint] of r1cs.constraints.entries()) {
    if (!isSatisfied(constraint, witness)) yield index;
  }
}

/** Whether a wire occurs in a constraint. */
export function involves(constraint: Constraint, wire: number): boolean {
  return [constraint.a, constraint.b, constraint.c].some((combination) => combination.wires.includes(wire));
}

/**
 * Finds the single-wire changes that a satisfied system does not notice. Every wire in turn gets
 * `honest + delta`, the others stay. Returns the wires for which no constraint breaks.
 */
export function unnoticedWires(r1cs: R1cs, witness: readonly bigint[], delta: bigint): number[] {
  const noticed = new Uint8Array(r1cs.wireCount);
  for (const { a, b, c } of r1cs.constraints) {
    const valueA = combinationAt(a, witness) % FR_ORDER;
    const valueB = combinationAt(b, witness) % FR_ORDER;
    const changes = new Map<number, [bigint, bigint, bigint]>();
    [a, b, c].forEach(({ wires, coefficients }, side) => {
      wires.forEach((wire, i) => {
        if (noticed[wire] === 1) return;
        const change = changes.get(wire) ?? [0n, 0n, 0n];
        change[side] = (coefficients[i] as bigint) * delta;
        changes.set(wire, change);
      });
    });
    for (const [wire, [da, db, dc]] of changes) {
      // (A + da)(B + db) - (C + dc) with A B = C.
      if ((valueA * db + valueB * da + da * db - dc) % FR_ORDER !== 0n) noticed[wire] = 1;
    }
  }
  const unnoticed: number[] = [];
  for (let wire = 1; wire < r1cs.wireCount; wire++) if (noticed[wire] === 0) unnoticed.push(wire);
  return unnoticed;
}
