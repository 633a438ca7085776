/** Entries of a matrix that a fit leaves out. */
export interface MaskedEntries {
  readonly rows: Uint32Array;
  readonly cols: Uint32Array;
  /** The entries themselves. */
  readonly values: Float64Array;
}

export const NO_ENTRIES: MaskedEntries = {
  rows: new Uint32Array(),
  cols: new Uint32Array(),
  values: new Float64Array(),
};

/** Numbers of the entries that lie in each row (or column): those of row `i` are `order[starts[i] … starts[i + 1] - 1]`. */
export interface EntryGroups {
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

/** Groups entries by their row or column numbers, which are below `length`. */
export function groupEntries(indices: Uint32Array, length: number): EntryGroups {
  const starts = new Uint32Array(length + 1);
  for (const index of indices) starts[index + 1] = (starts[index + 1] as number) + 1;
  for (let i = 0; i < length; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const next = starts.slice(0, length);
  const order = new Uint32Array(indices.length);
  indices.forEach((index, entry) => {
    const at = next[index] as number;
    order[at] = entry;
    next[index] = at + 1;
  });
  return { starts, order };
}
