import { ELEMENT_BYTES, type KernelBuild } from "../../src/kernels/wasm/kernel.js";
import { loadBuild } from "../../src/kernels/wasm/load.js";
import type { Bench, PeerValue } from "../bench.js";
import { openFfjavascript } from "../peers/ffjavascript.js";
import { nobleMultiply } from "../peers/noble.js";
import { createRandom, randomFr } from "../random.js";

/** Elements of a vector: three of them fit into the second-level cache. */
const LENGTH = 4096;

export function multiplicationName(build: KernelBuild, field = "Fr"): string {
  return `field: ${field} multiplication in bulk, ${build} build`;
}

/** Multiplication in bulk, both builds, beside what others offer in bulk and one at a time. */
export async function benchField(bench: Bench): Promise<void> {
  const rounds = bench.quick ? 16 : 256;
  const peers = await measurePeers(bench, rounds * LENGTH);
  for (const build of ["fused", "plain"] as const) {
    const kernel = await loadBuild(build);
    if (kernel === undefined) {
      bench.note(`  the ${build} build does not run on this machine`);
      continue;
    }
    const { alloc, frMulVectors, fqMulVectors } = kernel.exports;
    const vectors = alloc(3 * LENGTH * ELEMENT_BYTES);
    const [x, y] = [vectors + LENGTH * ELEMENT_BYTES, vectors + 2 * LENGTH * ELEMENT_BYTES];
    const random = createRandom();
    kernel.writeAt(
      x,
      Uint32Array.from({ length: LENGTH * 16 }, (_, i) => random() >>> (i % 8 === 7 ? 3 : 0)),
    );
    for (const [field, multiply] of [
      ["Fr", frMulVectors],
      ["Fq", fqMulVectors],
    ] as const) {
      const timing = await bench.timeEach(rounds * LENGTH, () => {
        for (let i = 0; i < rounds; i++) multiply(vectors, x, y, LENGTH);
      });
      bench.record({ name: multiplicationName(build, field), unit: "ns", ...timing }, peers);
    }
  }
}

async function measurePeers(bench: Bench, count: number): Promise<PeerValue[]> {
  const random = createRandom();
  const [a, b] = [randomFr(random), randomFr(random)];
  const ffjavascript = await openFfjavascript();
  const singles = count / 16;
  const repeat = (multiply: () => void) => (): void => {
    for (let i = 0; i < singles; i++) multiply();
  };
  const inBulk = await bench.timeEach(count, () => ffjavascript.multiplyInBulk(count));
  const single = await bench.timeEach(singles, repeat(ffjavascript.multiplyOne(a, b)));
  const noble = await bench.timeEach(singles, repeat(nobleMultiply(a, b)));
  return [
    { name: "ffjavascript in bulk", value: inBulk.value },
    { name: "ffjavascript one by one", value: single.value },
    { name: "noble", value: noble.value },
  ];
}
