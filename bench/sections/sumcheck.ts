import { countEntries } from "../../src/difference/entries.js";
import type { Fr } from "../../src/algebra/fr.js";
import type { Backend, MainInput, RangeInput, RoundProver } from "../../src/kernels/backend.js";
import { openMercury } from "../../src/argument/mercury/open.js";
import { TIERS, type Tier } from "../../src/protocol/tiers.js";
import { withBackend } from "../backend.js";
import type { Bench } from "../bench.js";
import { benchPoints } from "../points.js";
import { createRandom, randomFr, randomFrs, randomSigned } from "../random.js";

export function perLeafName(threads: number): string {
  return `sumcheck: LogUp-GKR and main sumcheck, a leaf, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
}

/** The sumchecks of a segment whose every slot is used: of tier medium, 2^22 leaves. */
export async function benchSumcheck(bench: Bench): Promise<void> {
  const tier = bench.quick ? TIERS.small : TIERS.medium;
  const witness = makeWitness(tier);
  const leaves = 2 ** tier.leafVars;
  for (const threads of [1, 2]) {
    await withBackend(threads, async (backend) => {
      const parts = new Map<string, number>();
      const timing = await bench.timeEach(leaves, async () => {
        const clock = { now: performance.now() };
        const lap = (part: string): void => {
          const end = performance.now();
          parts.set(part, Math.min(parts.get(part) ?? Infinity, end - clock.now));
          clock.now = end;
        };
        const tree = await backend.rangeTree(witness.range);
        await tree.root();
        lap("range tree");
        for (let depth = 1; depth < tier.leafVars / 2; depth++) {
          await runRounds(2 * depth, await tree.layer(depth, witness.challenges.slice(0, 2 * depth), witness.alpha));
        }
        lap("range layers");
        await runRounds(tier.ell, await backend.mainSumcheck(witness.main));
        lap("main sumcheck");
      });
      bench.record({ name: perLeafName(threads), unit: "ns", ...timing });
      if (threads !== 1) return;
      for (const [part, milliseconds] of parts) {
        const value = (milliseconds * 1e6) / leaves;
        bench.record({ name: `sumcheck: ${part}, a leaf`, unit: "ns", value, runs: timing.runs });
      }
      await benchOpening(bench, backend, tier, witness);
    });
  }
}

/** Reduces the claims about a segment's polynomials to one point, then opens their combination there. */
async function benchOpening(bench: Bench, backend: Backend, tier: Tier, witness: Witness): Promise<void> {
  const combined = await backend.fromFr(randomFrs(tier.tileSize));
  const { factorA, factorB } = witness.main;
  const [omegaA, omegaB] = [randomFrs(tier.n, createRandom(5)), randomFrs(tier.n, createRandom(6))];
  const { challenges, alpha: chi } = witness;
  const point = challenges.slice(0, tier.ell);
  const reduction = await bench.timeEach(tier.tileSize, async () => {
    const prover = await backend.openingSumcheck({ tier, point, combined, factorA, factorB, chi, omegaA, omegaB });
    await runRounds(tier.ell, prover);
  });
  bench.record({ name: "opening: reduction to one point, an entry", unit: "ns", ...reduction });

  const points = await benchPoints(tier.tileSize);
  const opening = { combined, point, value: chi, blinding: chi, seedWords: [1n] };
  const mercury = await bench.timeEach(tier.tileSize, () =>
    openMercury(opening, backend, (coefficients) => backend.msm(points, coefficients)),
  );
  bench.record({ name: `opening: Mercury, a coefficient of 2^${tier.ell}`, unit: "ns", ...mercury });
}

interface Witness {
  readonly range: RangeInput;
  readonly main: MainInput;
  readonly challenges: readonly Fr[];
  readonly alpha: Fr;
}

/** Dense small residuals in every slot, factors in every row. */
function makeWitness(tier: Tier): Witness {
  const random = createRandom(11);
  const bits = Math.min(12, tier.ell - 2);
  const tile = (): Int32Array => randomSigned(tier.tileSize, bits, random);
  const tiles = Array.from({ length: tier.slots }, tile);
  const [factorA, factorB] = [tile(), tile()];
  const multiplicities = new Int32Array(new SharedArrayBuffer(4 * tier.tileSize));
  for (const entries of [...tiles, factorA, factorB]) countEntries(entries, multiplicities);
  const weight = (): Fr => randomFr(random);
  const [alpha, challenges] = [weight(), randomFrs(tier.leafVars, random)];
  return {
    range: { tier, alpha, tiles, factorA, factorB, multiplicities },
    main: {
      tier,
      leafPoint: challenges.slice(0, tier.ell),
      tiles: tiles.map((residual) => ({
        residual,
        mask: undefined,
        weight: weight(),
        sumWeight: weight(),
        countWeight: weight(),
      })),
      factorA,
      factorB,
      multiplicities,
      weightA: weight(),
      weightB: weight(),
      weightMultiplicity: weight(),
      lambda: weight(),
    },
    challenges,
    alpha,
  };
}

/** The prover's side of a sumcheck; any challenges cost the same. */
async function runRounds<Finals>(rounds: number, prover: RoundProver<Finals>): Promise<void> {
  const challenges = randomFrs(rounds, createRandom(rounds + 1));
  for (const challenge of challenges) {
    await prover.round();
    await prover.bind(challenge);
  }
  await prover.finals();
}
