declare module "circom_runtime" {
  export interface WitnessCalculator {
    /** The witness for a circuit's inputs as the bytes of a `.wtns` file. Throws where an assertion fails. */
    calculateWTNSBin(input: Readonly<Record<string, unknown>>, sanityCheck?: number): Promise<Uint8Array>;
  }
  export function WitnessCalculatorBuilder(wasm: Uint8Array, options?: object): Promise<WitnessCalculator>;
}
