import { expect } from "chai";
import { caseFile } from "../../support/cases.js";
import { runCli, Workplace } from "../../support/cli.js";
import { encodeSafetensors } from "../../support/encode-safetensors.js";
import { testSetup } from "../../support/nano-setup.js";

/** What a terminal may be given besides text: the ends of lines. */
const CONTROL = /[^\P{C}\n]/u;
const HOSTILE = [
  "red\u001b[31m",
  "two\nlines",
  "c1\u009b2J",
  "bidi\u202egnp",
  "del\u007f",
  "hidden\u2066\u200b",
  "constructor",
];

describe("names of tensors that hold control characters", () => {
  let place: Workplace;
  before(async () => {
    place = await Workplace.open();
    await testSetup();
  });
  after(() => place.close());

  /** Runs with and without --json and colors; every output must be printable. */
  const check = async (argv: readonly string[], shown: readonly string[]): Promise<void> => {
    for (const more of [[], ["--json"]]) {
      const { exitCode, stdout, stderr } = await runCli([...argv, ...more]);
      const what = `fti ${argv.join(" ")}: exit ${exitCode}`;
      expect(CONTROL.exec(stdout), `${what}, stdout`).to.equal(null);
      expect(CONTROL.exec(stderr), `${what}, stderr`).to.equal(null);
      if (more.length === 0) for (const text of shown) expect(stdout + stderr).to.include(text);
      else expect(() => JSON.parse(stdout) as unknown).not.to.throw();
    }
  };

  const walk = async (base: string, tuned: string, name: string, shown: readonly string[]): Promise<void> => {
    const [ofBase, policy, page] = [`${name}.model.json`, `${name}.policy.json`, `${name}.html`].map((file) =>
      place.path(file),
    ) as [string, string, string];
    const pair = ["--base", ofBase, "--base-weights", base, "--tune-weights", tuned];
    await check(["inspect", base, tuned, "--html", page, "--force"], shown);
    expect(CONTROL.exec(await place.read(`${name}.html`)), "the page").to.equal(null);
    await check(["commit", base, "--tier", "nano", "-o", ofBase, "--force"], []);
    await check(["commit", tuned, "--base", ofBase, "--base-weights", base, "-o", place.path("t.json"), "--force"], []);
    await check(["policy", "suggest", ...pair, "-o", policy, "--force"], []);
    await check(["policy", "show", policy, "--base", ofBase], []);
    await check(["policy", "check", "--policy", policy, ...pair], []);
  };

  it("reach neither terminal nor page, of the case 19k-names", () =>
    walk(caseFile("19k-names", "base.safetensors"), caseFile("19k-names", "tuned.safetensors"), "case", [
      "\\u001b[31mred\\u001b[0m",
    ]));

  it("reach neither terminal nor page, of every kind", async () => {
    const encode = (factor: number): Uint8Array =>
      encodeSafetensors(
        HOSTILE.flatMap((name) => [
          {
            name: `${name}.weight`,
            shape: [4, 4],
            dtype: "F32",
            values: Array.from({ length: 16 }, (_, i) => factor * (i + 1)),
          },
          { name, shape: [2], dtype: "F32", values: [factor, 1] },
        ]),
      );
    const [base, tuned] = [
      await place.write("b.safetensors", encode(1)),
      await place.write("t.safetensors", encode(1.5)),
    ];
    await walk(base, tuned, "all", ["red\\u001b[31m", "two\\nlines", "c1\\u009b2J", "bidi\\u202egnp"]);
  });

  it("are escaped in errors, where a line break would forge a line", async () => {
    const name = "w\nerror: no error at all\u001b[2K";
    const path = await place.write(
      "nan.safetensors",
      encodeSafetensors([{ name, shape: [2], dtype: "F32", values: [1, NaN] }]),
    );
    await check(["commit", path, "--tier", "nano", "-o", place.path("nan.json")], ["NaN", "\\n"]);
    const index = JSON.stringify({ weight_map: { w: "shard\u202e\u001b[1m" } });
    await check(["inspect", await place.write("m.safetensors.index.json", index), path], ["missing"]);
  });
});

describe("weights that are no finite numbers", () => {
  let place: Workplace;
  const base = caseFile("19a-nan-tune", "base.safetensors");
  const tuned = caseFile("19a-nan-tune", "tuned.safetensors");
  before(async () => {
    place = await Workplace.open();
    await testSetup();
  });
  after(() => place.close());

  it("are named with tensor and place by commit and policy suggest", async () => {
    const file = place.path("base.json");
    expect((await runCli(["commit", base, "--tier", "nano", "-o", file])).exitCode).to.equal(0);
    const pair = ["--base", file, "--base-weights", base];
    for (const argv of [
      ["commit", tuned, "--tier", "nano", "-o", place.path("t.json")],
      ["commit", tuned, ...pair, "-o", place.path("t.json")],
      ["policy", "suggest", ...pair, "--tune-weights", tuned, "-o", place.path("p.json")],
    ]) {
      const { exitCode, stderr } = await runCli(argv);
      expect(exitCode, argv[0]).to.equal(2);
      expect(stderr).to.match(/"model\.layers\.0\.self_attn\.q_proj\.weight", index 3.*: the weight is NaN/u);
    }
  });
});

describe("empty tensors and scalars", () => {
  it("are read and committed, and a policy allows their change", async () => {
    const place = await Workplace.open();
    await testSetup();
    const [base, tuned] = ["base", "tuned"].map((name) => caseFile("19i-empty-and-scalar", `${name}.safetensors`)) as [
      string,
      string,
    ];
    const pair = ["--base", place.path("b.json"), "--base-weights", base];
    for (const argv of [
      ["inspect", base, tuned],
      ["commit", base, "--tier", "nano", "-o", place.path("b.json")],
      // Its other tensors change by less than the steps of nano.
      ["commit", tuned, ...pair, "--allow-coarse", "-o", place.path("t.json")],
      ["policy", "suggest", ...pair, "--tune-weights", tuned, "-o", place.path("p.json")],
      ["policy", "check", ...pair, "--tune-weights", tuned, "--policy", place.path("p.json")],
    ]) {
      const { exitCode, stderr } = await runCli(argv);
      expect(exitCode, `fti ${argv.slice(0, 2).join(" ")}: ${stderr}`).to.equal(0);
    }
    await place.close();
  });
});
