/** Work of one slot (node or element pairs) from which it deserves a task of its own. */
const OWN_TASK = 2048;

/** Below this much work in all, one task does everything: a message costs as much as some hundred pairs. */
const ONE_TASK = 512;

/** Cuts slots of equal work into runs, a task each, in order. */
export function slotGroups<Slot>(slots: readonly Slot[], workPerSlot: number, jobs: number): Slot[][] {
  if (slots.length === 0) return [];
  const groups = workPerSlot >= OWN_TASK ? slots.length : workPerSlot * slots.length <= ONE_TASK ? 1 : jobs;
  const size = Math.ceil(slots.length / groups);
  return Array.from({ length: Math.ceil(slots.length / size) }, (_, g) => slots.slice(g * size, (g + 1) * size));
}

/** Runs one task per group and joins what they return for each slot: `perSlot` bytes a slot, in order. */
export async function overGroups<Slot>(
  groups: readonly (readonly Slot[])[],
  run: (group: readonly Slot[]) => Promise<Uint8Array>,
): Promise<Uint8Array[]> {
  const outputs = await Promise.all(groups.map(run));
  return outputs.flatMap((output, g) => {
    const count = groups[g]?.length ?? 0;
    const perSlot = output.length / count;
    return Array.from({ length: count }, (_, s) => output.subarray(s * perSlot, (s + 1) * perSlot));
  });
}
