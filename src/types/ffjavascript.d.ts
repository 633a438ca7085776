/** The part of ffjavascript that this project uses. Points are bytes: little-endian coordinates, Montgomery form. */
declare module "ffjavascript" {
  /** Instructions of a WebAssembly function body, as bytes. */
  export type WasmCode = number[];

  /** wasmbuilder's instruction encoder. */
  export interface CodeBuilder {
    getLocal(name: string): WasmCode;
    setLocal(name: string, value: WasmCode): WasmCode;
    i32_const(value: number): WasmCode;
    i32_add(a: WasmCode, b: WasmCode): WasmCode;
    i32_sub(a: WasmCode, b: WasmCode): WasmCode;
    i32_mul(a: WasmCode, b: WasmCode): WasmCode;
    i32_and(a: WasmCode, b: WasmCode): WasmCode;
    i32_shl(a: WasmCode, b: WasmCode): WasmCode;
    i32_shr_u(a: WasmCode, b: WasmCode): WasmCode;
    i32_eq(a: WasmCode, b: WasmCode): WasmCode;
    i32_eqz(a: WasmCode): WasmCode;
    i32_ge_u(a: WasmCode, b: WasmCode): WasmCode;
    i32_load(address: WasmCode, offset: number, alignLog2: number): WasmCode;
    if(condition: WasmCode, then: WasmCode, otherwise?: WasmCode): WasmCode;
    block(body: WasmCode): WasmCode;
    loop(...body: WasmCode[]): WasmCode;
    br(depth: number): WasmCode;
    br_if(depth: number, condition: WasmCode): WasmCode;
    call(name: string, ...args: WasmCode[]): WasmCode;
  }

  export interface FunctionBuilder {
    addParam(name: string, type: "i32"): void;
    addLocal(name: string, type: "i32"): void;
    addCode(...code: WasmCode[]): void;
    getCodeBuilder(): CodeBuilder;
  }

  export interface ModuleBuilder {
    addFunction(name: string): FunctionBuilder;
    exportFunction(name: string): void;
  }

  /** One step of a task that a worker runs on its own memory; `var` numbers a buffer of the task. */
  export type TaskStep =
    | { readonly cmd: "ALLOCSET"; readonly var: number; readonly buff: Uint8Array }
    | { readonly cmd: "ALLOC"; readonly var: number; readonly len: number }
    | {
        readonly cmd: "CALL";
        readonly fnName: string;
        readonly params: readonly ({ readonly var: number; readonly offset?: number } | { readonly val: number })[];
      }
    | { readonly cmd: "GET"; readonly out: number; readonly var: number; readonly len: number };

  export interface ThreadManager {
    readonly concurrency: number;
    queueAction(task: readonly TaskStep[]): Promise<Uint8Array[]>;
    /** Ends the worker threads. */
    terminate(): Promise<void>;
  }

  export interface CurveGroup {
    /** The generator, projective (three coordinates). */
    readonly g: Uint8Array;
    toAffine(point: Uint8Array): Uint8Array;
    multiExpAffine(bases: Uint8Array, scalars: Uint8Array): Promise<Uint8Array>;
  }

  /** Elements are bytes: Montgomery form, little-endian. */
  export interface CurveField {
    fromObject(value: bigint): Uint8Array;
    mul(a: Uint8Array, b: Uint8Array): Uint8Array;
  }

  export interface Curve {
    readonly tm: ThreadManager;
    readonly Fr: CurveField;
    readonly G1: CurveGroup;
    readonly G2: CurveGroup;
    /** Ends the worker threads and forgets the curve that the process shares. */
    terminate(): Promise<void>;
  }

  /** BN254 on worker threads. Without `singleThread` the process shares one curve, `globalThis.curve_bn128`. */
  export function buildBn128(singleThread?: boolean, plugins?: (module: ModuleBuilder) => void): Promise<Curve>;
}
