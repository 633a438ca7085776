import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { keccakText } from "../algebra/keccak.js";
import { parseKeptLogs, type LogStore } from "../registry/logs/kept-logs.js";
import { makeDirectory, writeOutputs } from "./output-files.js";

/**
 * Keeps in a folder what a node has told, a file for each query. Answers of different nodes are kept apart, as a liar's
 * would outlive it. `source`: the node's address. What cannot be read or written is asked for again: that is no failure.
 */
export function folderLogStore(folder: string, source: string): LogStore {
  const pathOf = (key: string): string => join(folder, `${keccakText(`${source} ${key}`).slice(2)}.json`);
  return {
    load: async (key) => {
      try {
        return parseKeptLogs(JSON.parse(await readFile(pathOf(key), "utf8")));
      } catch {
        return undefined;
      }
    },
    save: async (key, kept) => {
      try {
        await makeDirectory(folder);
        await writeOutputs([{ path: pathOf(key), content: JSON.stringify(kept) }]);
      } catch {
        // It is asked for again.
      }
    },
  };
}
