declare module "solc" {
  /** What the compiler's import callback returns. */
  type ImportResult = { contents: string } | { error: string };
  interface Compiler {
    /** Standard JSON in, standard JSON out. */
    compile(input: string, callbacks?: { import: (path: string) => ImportResult }): string;
    version(): string;
  }
  const compiler: Compiler;
  export default compiler;
}
