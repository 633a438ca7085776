import { expect } from "chai";
import { InputError } from "../../../../src/errors/errors.js";
import { assertCovered, coverageOf } from "../../../../src/model/names/coverage.js";
import { pairModel } from "../../../../src/model/names/pair-names.js";
import { targetOfModel } from "../../../../src/model/names/pair-target.js";
import type { TensorToWrite } from "../../../support/encode-safetensors.js";
import { openTensors } from "../../../support/models.js";
import { expectError } from "../../../support/rejects.js";

const tensor = (name: string, shape: number[]): TensorToWrite => ({
  name,
  shape,
  dtype: "F32",
  values: Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, i) => i),
});

const BASE = [tensor("wte.weight", [20, 4]), tensor("h.0.q.weight", [4, 4]), tensor("h.0.k.weight", [4, 4])];

/** As `fti commit --for` does it. */
async function check(tuned: readonly TensorToWrite[]): Promise<void> {
  const target = targetOfModel(await openTensors(BASE));
  assertCovered(target, await pairModel(target, await openTensors(tuned)));
}

describe("how much of its base a fine-tune has", () => {
  it("is enough with a new head, with other names for the same, and with rows for new tokens", async () => {
    await check([...BASE, tensor("classifier.weight", [2, 4])]);
    await check(BASE.map((each) => ({ ...each, name: `module.transformer.${each.name}` })));
    await check([tensor("wte.weight", [23, 4]), ...BASE.slice(1)]);
  });

  for (const [what, tuned, words] of [
    [
      "LoRA factors of any tool",
      [tensor("lora_unet_h_0_q.lora_down.weight", [2, 4]), tensor("lora_unet_h_0_q.lora_up.weight", [4, 2])],
      "these are LoRA factors",
    ],
    [
      "a smaller vocabulary",
      [tensor("wte.weight", [17, 4]), ...BASE.slice(1)],
      'a vocabulary of 17 rows, the base has 20 ("wte.weight")',
    ],
    [
      "a wider network",
      BASE.map(({ name, shape }) =>
        tensor(
          name,
          shape.map((side) => 2 * side),
        ),
      ),
      "another shape",
    ],
    ["another network", [tensor("conv.weight", [3, 3])], "no name of its 1 tensors is the base's"],
    ["a part of the network", BASE.slice(1), 'it lacks "wte.weight"'],
  ] as const) {
    it(`is not enough: ${what}`, async () => {
      await expectError(() => check(tuned), InputError, words, "at least 90 %", "--allow-uncovered");
    });
  }

  it("counts weights, not tensors", async () => {
    const base = targetOfModel(await openTensors(BASE));
    const { share } = coverageOf(base, await openTensors(BASE.slice(0, 2)));
    expect(share).to.be.closeTo(96 / 112, 1e-9);
  });
});
