import { FR_ORDER } from "../../src/protocol/constants.js";
import { MERCURY_POINTS, MERCURY_SCALARS } from "../../src/argument/mercury/proof.js";
import { type CertifyParams } from "../../src/registry/encode.js";
import { type Chain } from "./support/chain.js";
import { expectRefusal } from "./support/refusals.js";
import { startRefusing, type Refusing } from "./support/refused.js";

describe("DriftRegistry refuses, in an opening,", () => {
  let refusing: Refusing;
  let chain: Chain;
  let norm: CertifyParams;

  before(async function () {
    this.timeout(120_000);
    refusing = await startRefusing();
    ({ chain, norm } = refusing);
  });

  after(() => chain.close());

  const asked: Refusing["asked"] = (of, change) => refusing.asked(of, change);

  describe("scalars", () => {
    it("that are not canonical", async () => {
      for (const name of ["theta", "psi", "y"] as const) {
        await expectRefusal(
          asked(norm, ({ claim }) => (claim[name] = (claim[name] + FR_ORDER) as typeof claim.y)),
          "ScalarNotCanonical",
        );
      }
      await expectRefusal(
        asked(norm, ({ claim }) => (claim.z[3] = ((claim.z[3] ?? 0n) + FR_ORDER) as typeof claim.y)),
        "ScalarNotCanonical",
      );
      await expectRefusal(
        asked(norm, (segment) => (segment.h = (segment.h + FR_ORDER) as typeof segment.h)),
        "ScalarNotCanonical",
      );
    });

    it("that were changed", async () => {
      for (const name of ["theta", "psi", "y"] as const) {
        await expectRefusal(
          asked(norm, ({ claim }) => (claim[name] = (claim[name] ^ 1n) as typeof claim.y)),
          "InvalidOpening",
        );
      }
      await expectRefusal(
        asked(norm, (segment) => (segment.h = (segment.h ^ 1n) as typeof segment.h)),
        "InvalidOpening",
      );
    });

    it("in a point of another length", async () => {
      await expectRefusal(
        asked(norm, ({ claim }) => claim.z.pop()),
        "PointLengthMismatch",
        [8n, 7n],
      );
      await expectRefusal(
        asked(norm, ({ claim }) => claim.z.push(claim.y)),
        "PointLengthMismatch",
        [8n, 9n],
      );
    });
  });

  describe("openings", () => {
    for (const name of MERCURY_POINTS) {
      it(`with a changed ${name}, or one off the curve`, async () => {
        await expectRefusal(
          asked(norm, ({ mercury }) => (mercury[name] = { x: 1n, y: 2n })),
          "InvalidOpening",
          [0n],
        );
        await expectRefusal(
          asked(norm, ({ mercury }) => (mercury[name] = { x: 1n, y: 3n })),
          "PointNotOnCurve",
          [1n, 3n],
        );
      });
    }

    for (const name of MERCURY_SCALARS) {
      it(`with a changed ${name}, or one that is not canonical`, async () => {
        const change = (by: (scalar: bigint) => bigint): Promise<void> =>
          asked(norm, ({ mercury }) => (mercury[name] = by(mercury[name]) as (typeof mercury)["hAlpha"]));
        await expectRefusal(
          change((scalar) => scalar ^ 1n),
          "InvalidOpening",
          [0n],
        );
        await expectRefusal(
          change((scalar) => scalar + FR_ORDER),
          "ScalarNotCanonical",
        );
      });
    }
  });
});
