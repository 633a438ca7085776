/** The name of the rows that a fine-tune adds to a tensor of its base: `lm_head.weight@+4`. */
export function nameOfAddedRows(name: string, rows: number): string {
  return `${name}@+${rows}`;
}

/** The tensor and the number of rows that such a name speaks of. */
export function parseAddedRows(name: string): { readonly name: string; readonly rows: number } | undefined {
  const parsed = /^(.+)@\+([1-9]\d*)$/su.exec(name);
  return parsed === null ? undefined : { name: parsed[1] ?? "", rows: Number(parsed[2]) };
}
