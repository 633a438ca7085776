import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ENTRIES: Readonly<Record<string, string>> = {
  "fine-tuning-integrity": "src/index.ts",
  "fine-tuning-integrity/prove": "src/prove.ts",
  "fine-tuning-integrity/inspect": "src/inspect.ts",
  "fine-tuning-integrity/registry": "src/registry.ts",
  "fine-tuning-integrity/node": "src/node/index.ts",
};

describe("the library's documentation", () => {
  it("has examples that compile against the entries", function () {
    this.timeout(120_000);
    const examples = [...readFileSync(`${ROOT}docs/sdk.md`, "utf8").matchAll(/^```ts\n(.*?)^```$/gmsu)];
    const imported = new Set(
      examples.flatMap(([, code = ""]) => [...code.matchAll(/from "([^"]+)"/gu)].map(([, name]) => name)),
    );
    expect([...imported]).to.include.members(Object.keys(ENTRIES));
    const files = new Map(examples.map(([, code = ""], i) => [`${ROOT}docs/example-${i}.ts`, `${code}\nexport {};\n`]));
    const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as {
      config: { compilerOptions: Record<string, unknown> };
    };
    const { options } = ts.convertCompilerOptionsFromJson(
      {
        ...config.compilerOptions,
        noUnusedLocals: false,
        paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, [`${ROOT}${path}`]])),
      },
      ROOT,
    );
    const host = ts.createCompilerHost(options);
    const [readFile, fileExists] = [host.readFile.bind(host), host.fileExists.bind(host)];
    host.readFile = (path) => files.get(path) ?? readFile(path);
    host.fileExists = (path) => files.has(path) || fileExists(path);
    const program = ts.createProgram([...files.keys()], options, host);
    const problems = [...files.keys()].flatMap((path) => {
      const source = program.getSourceFile(path);
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    });
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).to.deep.equal([]);
  });
});
