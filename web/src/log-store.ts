import { createStore, get, set } from "idb-keyval";
import type { LogStore } from "fine-tuning-integrity";
import { type KeptLogs, parseKeptLogs } from "fine-tuning-integrity/registry";

/**
 * Keeps in this browser what a node has told. Answers of different nodes are kept apart, as a liar's would outlive it.
 * `source`: the node's address, or what else names it.
 */
export function browserLogStore(source: string): LogStore {
  const database = createStore("fine-tuning-integrity", "logs");
  // A browser that keeps nothing for pages, as in private windows, is asked again each time: that is no failure.
  return {
    load: (key) => get<unknown>(`${source} ${key}`, database).then(parseKeptLogs, () => undefined),
    save: (key, kept: KeptLogs) => set(`${source} ${key}`, kept, database).catch(() => undefined),
  };
}
