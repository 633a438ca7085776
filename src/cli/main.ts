#!/usr/bin/env node
import { processIo } from "./io.js";
import { run } from "./run.js";

process.exitCode = await run(process.argv.slice(2), processIo());
// snarkjs may leave worker threads behind: end once everything is written.
process.stdout.write("", () => {
  process.stderr.write("", () => {
    process.exit();
  });
});
