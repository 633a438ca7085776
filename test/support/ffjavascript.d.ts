/** The part of ffjavascript that this project uses. Points are bytes: little-endian coordinates, Montgomery form. */
declare module "ffjavascript" {
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
  export function buildBn128(singleThread?: boolean): Promise<Curve>;
}
