import type { Backend, FrVector } from "../../src/kernels/backend.js";
import { referenceBackend } from "../../src/kernels/reference/backend.js";
import { withBackend } from "../backend.js";
import type { Bench } from "../bench.js";
import { createRandom, randomFr, randomFrs, randomSigned } from "../random.js";

/** Elements of the reference's vectors: its time for one does not depend on how many there are. */
const REFERENCE_LOG = 12;

type Kernel = (backend: Backend, vectors: Vectors) => Promise<unknown>;

interface Vectors {
  readonly length: number;
  readonly log: number;
  readonly elements: FrVector;
  readonly integers: readonly Int32Array[];
}

const random = createRandom(3);
const scalar = randomFr(random);
const scalars = randomFrs(1024, random);

/** Each treats every element of a vector once. */
const KERNELS: readonly (readonly [name: string, kernel: Kernel])[] = [
  [
    "linear combination of 12 tiles of integers",
    (backend, { length, integers }) =>
      backend.linearCombination(
        length,
        Array.from({ length: 12 }, (_, i) => ({
          weight: scalars[i] ?? scalar,
          vector: integers[i % integers.length] ?? new Int32Array(length),
        })),
      ),
  ],
  [
    "linear combination of 4 vectors",
    (backend, { length, elements }) =>
      backend.linearCombination(
        length,
        scalars.slice(0, 4).map((weight) => ({ weight, vector: elements })),
      ),
  ],
  ["fold by 64 weights", (backend, { elements }) => backend.foldLow(elements, scalars.slice(0, 64))],
  ["division by X^64 - alpha", (backend, { elements }) => backend.divideByBinomial(elements, 64, scalar)],
  ["division by X - x", (backend, { elements }) => backend.divideByLinear(elements, scalar)],
  [
    "multilinear evaluation",
    (backend, { elements, log }) => backend.evaluateMultilinear(elements, scalars.slice(0, log)),
  ],
];

/** Kernels over vectors, for one element of the result or of what is read. */
export async function benchVectors(bench: Bench): Promise<void> {
  const log = bench.quick ? 12 : 20;
  await withBackend(1, async (backend) => {
    const ours = await makeVectors(backend, log);
    const theirs = await makeVectors(referenceBackend, REFERENCE_LOG);
    for (const [name, kernel] of KERNELS) {
      const timing = await bench.timeEach(ours.length, () => kernel(backend, ours));
      const reference = await bench.timeEach(theirs.length, () => kernel(referenceBackend, theirs));
      const peer = { name: "bigint reference", value: reference.value, note: `an element of 2^${REFERENCE_LOG}` };
      bench.record({ name: `vectors: ${name}, 2^${log} elements`, unit: "ns", ...timing }, [peer]);
    }
  });
}

async function makeVectors(backend: Backend, log: number): Promise<Vectors> {
  const length = 2 ** log;
  const elements = await backend.fromFr(randomFrs(length));
  const integers = [1, 2, 3, 4].map((seed) => randomSigned(length, 16, createRandom(seed)));
  return { length, log, elements, integers };
}
