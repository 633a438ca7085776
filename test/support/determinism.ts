import type { Constraint, R1cs } from "./r1cs.js";

/**
 * Wires that do not follow from the given ones, by propagation. A wire follows when
 *
 * - a constraint `a · b = c` has it in `c` only, and everything else in the constraint follows;
 * - it is an inverse: `a · wire = 1` with `a` following (a constraint cannot hold with `a = 0`);
 * - it is a bit, `x (x - 1) = 0`. That a group of bits is the decomposition of a value that follows is not
 *   examined here; only circomlib's Num2Bits and Thermometer make bits.
 *
 * Sufficient, not necessary: run it on a system whose linear constraints were kept.
 */
export function undeterminedWires(r1cs: R1cs, given: Iterable<number>): number[] {
  const follows = new Uint8Array(r1cs.wireCount);
  const uses: number[][] = Array.from({ length: r1cs.wireCount }, () => []);
  const unknown: Set<number>[] = r1cs.constraints.map((constraint, index) => {
    const wires = wiresOf(constraint);
    wires.delete(0);
    for (const wire of wires) uses[wire]?.push(index);
    return wires;
  });

  const settled: number[] = [];
  const settle = (wire: number): void => {
    if (follows[wire] === 1) return;
    follows[wire] = 1;
    settled.push(wire);
  };
  const examine = (index: number): void => {
    const [wire, ...others] = unknown[index] ?? [];
    const constraint = r1cs.constraints[index];
    if (wire === undefined || constraint === undefined || others.length > 0) return;
    if (isDefinition(constraint, wire) || isInverse(constraint, wire)) settle(wire);
  };

  settle(0);
  for (const wire of given) settle(wire);
  r1cs.constraints.forEach((constraint, index) => {
    const [wire, ...others] = unknown[index] ?? [];
    if (wire !== undefined && others.length === 0 && isBooleanity(constraint, wire)) settle(wire);
    examine(index);
  });
  for (let wire = settled.pop(); wire !== undefined; wire = settled.pop()) {
    for (const index of uses[wire] ?? []) {
      unknown[index]?.delete(wire);
      examine(index);
    }
  }
  return [...follows.keys()].filter((wire) => follows[wire] === 0);
}

function wiresOf({ a, b, c }: Constraint): Set<number> {
  return new Set([...a.wires, ...b.wires, ...c.wires]);
}

/** The product does not involve the wire. */
function isDefinition({ a, b }: Constraint, wire: number): boolean {
  return !a.wires.includes(wire) && !b.wires.includes(wire);
}

/** One side of the product is a multiple of the wire, the other is free of it, and the product is not zero. */
function isInverse({ a, b, c }: Constraint, wire: number): boolean {
  const isNonzeroConstant = c.wires.length === 1 && c.wires[0] === 0;
  const isAlone = (wires: Uint32Array): boolean => wires.length === 1 && wires[0] === wire;
  return (
    isNonzeroConstant &&
    ((isAlone(b.wires) && !a.wires.includes(wire)) || (isAlone(a.wires) && !b.wires.includes(wire)))
  );
}

/** `k x (m x - m) = 0` up to signs. */
function isBooleanity({ a, b, c }: Constraint, wire: number): boolean {
  const isMultiple = (side: typeof a): boolean => side.wires.length === 1 && side.wires[0] === wire;
  const vanishesAtOne = (side: typeof a): boolean =>
    side.wires.length === 2 &&
    side.wires.includes(0) &&
    (side.coefficients[0] ?? 0n) + (side.coefficients[1] ?? 0n) === 0n;
  return c.wires.length === 0 && ((isMultiple(a) && vanishesAtOne(b)) || (isMultiple(b) && vanishesAtOne(a)));
}
