import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { proveSegment } from "../../src/segment/prove.js";
import { poseidonEx } from "../../src/argument/transcript/poseidon.js";
import { circuitInput, type CircuitInput } from "../../src/segment/circuit-input.js";
import { publicSignals } from "../../src/segment/public-signals.js";
import { heldBy, segmentCase, type CaseClass } from "./segments.js";

/** The wrapper circuit's input for an honest proof of a class. */
export async function honestInput(kind: CaseClass, tier: Tier = TIERS.nano): Promise<CircuitInput> {
  const { statement, witness, randomness } = segmentCase(kind, tier);
  const { proof, claim, h } = await proveSegment(
    statement,
    witness,
    await heldBy(referenceBackend, randomness),
    referenceBackend,
    poseidonEx,
  );
  return circuitInput(statement, proof, publicSignals(statement, claim, h));
}

/** Names of all input signals as the `.sym` file spells them, `rangeRounds[3][1]`. */
export function signalNames(input: Readonly<Record<string, unknown>>): string[] {
  const names = (name: string, value: unknown): string[] =>
    Array.isArray(value) ? value.flatMap((child, i) => names(`${name}[${i}]`, child)) : [name];
  return Object.entries(input).flatMap(([name, value]) => names(name, value));
}

/** A copy of the input in which one signal is increased by `delta`. */
export function withChangedSignal(input: CircuitInput, name: string, delta: bigint): Record<string, unknown> {
  const path = name.match(/\w+/g) ?? [];
  const change = (value: unknown, [key, ...rest]: readonly string[]): unknown => {
    if (key === undefined) return (BigInt(value as string) + delta).toString();
    if (Array.isArray(value))
      return value.map((child: unknown, i) => (String(i) === key ? change(child, rest) : child));
    const record = value as Record<string, unknown>;
    return { ...record, [key]: change(record[key], rest) };
  };
  return change(input, path) as Record<string, unknown>;
}
