import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import { builtinModules } from "node:module";
import tseslint from "typescript-eslint";

const NODE_BUILT_INS = {
  paths: builtinModules.map((name) => ({ name, message: "Only src/node and src/cli use Node's built-ins." })),
  patterns: [{ group: ["node:*"], message: "Only src/node and src/cli use Node's built-ins." }],
};

const NODE_GLOBALS = ["process", "Buffer", "global", "__dirname", "__filename", "require"].map((name) => ({
  name,
  message: "Only src/node and src/cli use Node's globals.",
}));

export default defineConfig(
  globalIgnores([
    "dist/",
    "dist-web/",
    "build/",
    "artifacts/",
    "cache/",
    "coverage/",
    "types/",
    ".node/",
    ".fti/",
    "assembly/*.ts",
    "assembly/generated/",
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // TypeScript itself reports these, and knows its globals.
      "no-undef": "off",
      "no-redeclare": "off",

      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // Counts, indices and field elements belong in messages.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => assertX(y)` inside expect(…) and callbacks is plain enough.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // An interface and a type literal differ in how they merge and index: the author chooses.
      "@typescript-eslint/consistent-type-definitions": "off",
      // It would turn every `as T` into `!`, which the strict set forbids.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // Loops over several arrays at once are how polynomial code reads.
      "@typescript-eslint/prefer-for-of": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],

      eqeqeq: "error",
      "no-console": "error",
      "no-param-reassign": "error",
      "prefer-const": "error",
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // The library runs in a browser as well: everything of the machine is injected.
    files: ["src/**/*.ts"],
    ignores: ["src/node/**", "src/cli/**"],
    rules: {
      "no-restricted-imports": ["error", NODE_BUILT_INS],
      "no-restricted-globals": ["error", ...NODE_GLOBALS],
    },
  },
  {
    files: ["src/cli/**/*.ts", "scripts/**/*.ts", "bench/**/*.ts", "examples/**/*.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // chai's assertions are properties: expect(x).to.be.true
      "@typescript-eslint/no-unused-expressions": "off",
      // Tests of bad input hand over what the types forbid, and index what they have just built.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["**/*.generated.ts", "**/generated/**/*.ts"],
    rules: { "max-lines": "off" },
  },
  {
    files: ["**/*.js", "**/*.cjs", "**/*.mjs"],
    languageOptions: { globals: { console: "readonly", process: "readonly" } },
  },
  {
    files: ["**/*.cjs"],
    languageOptions: { sourceType: "commonjs", globals: { module: "writable", require: "readonly" } },
  },
  {
    files: ["web/**/*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        ["window", "document", "fetch", "URL", "URLSearchParams", "crypto", "TextEncoder", "localStorage"].map(
          (name) => [name, "readonly"],
        ),
      ),
    },
  },
);
