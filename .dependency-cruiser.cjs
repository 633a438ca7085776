"use strict";

/**
 * The order of the layers: a folder of src/ may import itself, its own row and the rows above it, nothing below.
 * Folders of one row are one layer; cycles are forbidden everywhere.
 */
const LAYERS = [
  ["protocol"],
  ["errors"],
  ["linalg"],
  ["field", "curve"],
  ["encoding"],
  ["poly"],
  ["kernels"],
  ["transcript"],
  ["kzg"],
  ["sumcheck"],
  ["range"],
  ["architecture"],
  ["model"],
  ["quantize"],
  ["commitment"],
  ["drift"],
  ["policy", "inspect"],
  ["segment"],
  ["wrap"],
  ["registry"],
  ["client"],
  ["node", "cli"],
];

const inFolders = (folders) => `^src/(${folders.join("|")})/`;

const downwardImports = LAYERS.slice(0, -1).map((row, index) => ({
  name: `${row.join("-and-")}-imports-only-upwards`,
  comment: "Imports point up the list of layers only.",
  severity: "error",
  from: { path: inFolders(row) },
  to: { path: inFolders(LAYERS.slice(index + 1).flat()) },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...downwardImports,
    {
      name: "every-folder-is-a-layer",
      comment: "A new folder of src/ needs its place in LAYERS. (types/ holds declarations of untyped packages.)",
      severity: "error",
      from: { path: "^src/", pathNot: [inFolders([...LAYERS.flat(), "types"]), "^src/index\\.ts$"] },
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
        path: ["^src/.*/prove[.]ts$", "^src/.*/prove-[^/]+$", "^src/kzg/.*/open[.]ts$", "^src/kernels/"],
        reachable: true,
      },
    },
    {
      name: "kernels-know-no-transcript",
      comment: "A kernel computes; challenges are its arguments.",
      severity: "error",
      from: { path: "^src/kernels/" },
      to: { path: "^src/transcript/", reachable: true },
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
      comment: "What src/ imports must be under dependencies, not devDependencies.",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "the-page-stays-in-the-browser",
      comment: "web/ may use the library, but nothing that needs Node.",
      severity: "error",
      from: { path: "^web/src/" },
      to: { path: "^(src/(node|cli)/|test/|scripts/|bench/)", reachable: true },
    },
    {
      name: "the-page-uses-no-built-ins",
      severity: "error",
      from: { path: "^web/src/" },
      to: { dependencyTypes: ["core"] },
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
