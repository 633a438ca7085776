/** Names for a sentence: those that differ in their numbers only are one, `"h.*.attn.bias" (12)`; control characters escaped. */
export function listPatterns(names: readonly string[], limit = 8): string {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const pattern = name.replace(/(?<=^|\.)\d+(?=\.|$)/gu, "*");
    groups.set(pattern, [...(groups.get(pattern) ?? []), name]);
  }
  const shown = [...groups].slice(0, limit).map(([pattern, members]) => {
    const [only = pattern] = members;
    return members.length === 1 ? JSON.stringify(only) : `${JSON.stringify(pattern)} (${members.length})`;
  });
  const more = groups.size > shown.length ? ` and ${groups.size - shown.length} more` : "";
  return `${shown.join(", ")}${more}`;
}
