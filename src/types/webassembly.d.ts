/**
 * The part of the WebAssembly interface that the kernels use. Every host has it; TypeScript declares it only together
 * with the whole DOM.
 */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  function validate(bytes: Uint8Array): boolean;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports?: Readonly<Record<string, unknown>>): Promise<Instance>;
}
