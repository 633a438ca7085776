declare module "circomlibjs" {
  interface PoseidonField {
    e(value: bigint): Uint8Array;
    toObject(element: Uint8Array): bigint;
  }
  interface WasmPoseidon {
    (inputs: readonly bigint[], initialState: bigint, outputs: 1): Uint8Array;
    (inputs: readonly bigint[], initialState: bigint, outputs: number): Uint8Array | Uint8Array[];
    readonly F: PoseidonField;
  }
  export function buildPoseidon(): Promise<WasmPoseidon>;
}
