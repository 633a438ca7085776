"use strict";

/**
 * The rooms of src/, in the order in which a weight goes through them (docs/architecture.md): a room may import itself and the rooms
 * above it, nothing below. Cycles are forbidden everywhere.
 */
const ROOMS = [
  "protocol",
  "errors",
  "linalg",
  "algebra",
  "kernels",
  "argument",
  "model",
  "groth16",
  "quantize",
  "commitment",
  "difference",
  "policy",
  "factors",
  "segment",
  "certificate",
  "registry",
  "inspect",
  "authoring",
  "node",
  "cli",
];

/** What runs before any command. */
const START_UP = "main|run|commands|io|colors|error-report|json";

const inRooms = (rooms) => `^src/(${rooms.join("|")})/`;

const downwardImports = ROOMS.slice(0, -1).map((room, index) => ({
  name: `${room}-imports-only-upwards`,
  comment: "Imports point up the list of rooms only.",
  severity: "error",
  from: { path: inRooms([room]) },
  to: { path: inRooms(ROOMS.slice(index + 1)) },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...downwardImports,
    {
      name: "every-folder-is-a-room",
      comment: "A new folder of src/ needs its place in ROOMS. (types/ holds declarations of untyped packages.)",
      severity: "error",
      from: { path: "^src/", pathNot: [inRooms([...ROOMS, "types"]), "^src/(index|prove|inspect|registry)\\.ts$"] },
      to: {},
    },
    {
      name: "protocol-imports-nothing",
      severity: "error",
      from: { path: "^src/protocol/" },
      to: { pathNot: "^src/protocol/" },
    },
    {
      name: "verifier-never-reaches-a-prover",
      comment: "Who audits a verifier reads no prover and no kernel, not even through another file.",
      severity: "error",
      from: { path: ["^src/.*/verify[.]ts$", "^src/.*/verify-[^/]+$"] },
      to: {
        path: ["^src/.*/prove[.]ts$", "^src/.*/prove-[^/]+$", "^src/argument/mercury/open[.]ts$", "^src/kernels/"],
        reachable: true,
      },
    },
    {
      name: "kernels-know-no-transcript",
      comment: "A kernel computes; challenges are its arguments.",
      severity: "error",
      from: { path: "^src/kernels/" },
      to: { path: "^src/argument/transcript/", reachable: true },
    },
    {
      name: "built-ins-only-in-node-and-cli",
      comment: "The library runs in a browser as well: files, processes and threads are injected.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(node|cli)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "src-stands-alone",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts|bench|web|hardhat\\.config)" },
    },
    {
      name: "src-uses-only-runtime-packages",
      comment: "What src/ imports must be under dependencies, or an optional peer that src/node/installed.ts asks for.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only", "npm-peer"] },
    },
    {
      name: "the-page-stays-in-the-browser",
      comment: "web/ may use the library, but nothing that needs Node.",
      severity: "error",
      from: { path: "^web/src/" },
      to: { path: "^(src/(node|cli)/|test/|scripts/|bench/)", reachable: true },
    },
    {
      name: "the-page-imports-public-names",
      comment: "What the page needs of the library, any page may need: it is in an entry.",
      severity: "error",
      from: { path: "^web/src/" },
      to: { path: "^src/", pathNot: "^src/(index|prove|inspect|registry)[.]ts$" },
    },
    {
      name: "the-page-uses-no-built-ins",
      severity: "error",
      from: { path: "^web/src/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "the-command-line-starts-light",
      comment: "fti --help answers at once: what a command needs is loaded when it runs (src/cli/commands.ts).",
      severity: "error",
      from: { path: `^src/cli/(${START_UP})[.]ts$` },
      to: {
        pathNot: [`^src/cli/(${START_UP})[.]ts$`, "^src/errors/", "^node_modules/(commander|picocolors)/"],
        dynamic: false,
        dependencyTypesNot: ["type-only", "core"],
      },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|dist-web|artifacts|cache|coverage|types)/" },
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types are part of what a reader has to read.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
      mainFields: ["module", "main", "types"],
    },
  },
};
