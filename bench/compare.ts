import type { Machine, Measurement, Report } from "./report.js";

/** One measurement of two reports. */
export interface Change {
  readonly name: string;
  /** Above 1 is slower (or larger, for memory). */
  readonly factor: number;
  /** What was compared: our own values, or how we stand against a peer measured in the same run. */
  readonly basis: "value" | "peer";
}

/** Where two machines differ, in words; empty for the same kind of machine. */
export function machineDifferences(before: Machine, after: Machine): string[] {
  const keys = Object.keys(before) as (keyof Machine)[];
  return keys
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key}: ${String(before[key])} before, ${String(after[key])} now`);
}

/**
 * How every measurement that both reports have has changed. Values of different machines say nothing about each
 * other, so there a peer that both reports measured beside ours is the yardstick, as far as there is one.
 */
export function compareReports(before: Report, after: Report): Change[] {
  const isSameMachine = machineDifferences(before.machine, after.machine).length === 0;
  const earlier = new Map(before.measurements.map((measurement) => [measurement.name, measurement]));
  return after.measurements.flatMap((measurement): Change[] => {
    const { name } = measurement;
    const old = earlier.get(name);
    if (old?.unit !== measurement.unit) return [];
    const byPeer = isSameMachine ? undefined : peerFactor(old, measurement);
    if (byPeer !== undefined) return [{ name, factor: byPeer, basis: "peer" }];
    return [{ name, factor: measurement.value / old.value, basis: "value" }];
  });
}

/** How much of our lead over the first common peer is gone. */
function peerFactor(before: Measurement, after: Measurement): number | undefined {
  for (const peer of after.peers) {
    const old = before.peers.find(({ name }) => name === peer.name);
    if (old !== undefined) return old.ratio / peer.ratio;
  }
  return undefined;
}

/** What got slower by more than the tolerated factor, worst first. */
export function slowdowns(changes: readonly Change[], tolerance: number): Change[] {
  return changes.filter(({ factor }) => factor > tolerance).sort((a, b) => b.factor - a.factor);
}
