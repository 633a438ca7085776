"use strict";

const { availableParallelism } = require("node:os");

module.exports = {
  "node-option": ["import=tsx"],
  reporter: "./test/support/closing-line-reporter.cjs",
  timeout: 600_000,
  slow: 5000,
  exit: true,
  "fail-zero": true,
  "forbid-only": true,
  "forbid-pending": true,
  // A file a process. Some tests hold a gigabyte or two, so not as many as a large machine has processors.
  parallel: true,
  jobs: Math.min(4, Math.max(2, availableParallelism())),
};
