import { expect } from "chai";
import { weightOrders } from "../../../../src/model/architecture/weight-order.js";
import type { NamedShape } from "../../../../src/model/architecture/role.js";

const of = (shapes: Readonly<Record<string, readonly number[]>>): NamedShape[] =>
  Object.entries(shapes).map(([name, shape]) => ({ name, shape }));

describe("how layers store their weights", () => {
  const gpt2 = { "h.0.attn.c_attn.weight": [4, 12], "h.0.attn.c_proj.weight": [4, 4], "score.weight": [4, 4] };

  it("is in × out for GPT-2's blocks, and out × in for what is beside them", () => {
    const orderOf = weightOrders(of(gpt2));
    expect(orderOf("h.0.attn.c_proj.weight")).to.equal("conv1d");
    expect(orderOf("score.weight")).to.equal("linear");
  });

  it("is out × in for GPT-2's names with Linear layers, also with fewer keys than queries", () => {
    const linear = { ...gpt2, "h.0.attn.c_attn.weight": [12, 4] };
    expect(weightOrders(of(linear))("h.0.attn.c_proj.weight")).to.equal("linear");
    const multiQuery = { ...gpt2, "h.0.attn.c_attn.weight": [6, 4], "h.0.attn.c_attn.bias": [6] };
    expect(weightOrders(of(multiQuery))("h.0.attn.c_proj.weight")).to.equal("linear");
  });

  it("is not known where GPT-2's matrices disagree or are missing", () => {
    const mixed = { ...gpt2, "h.0.mlp.c_fc.weight": [16, 4] };
    expect(weightOrders(of(mixed))("h.0.attn.c_proj.weight")).to.equal(undefined);
    const alone = { "h.0.attn.c_proj.weight": [4, 4], "score.weight": [2, 4] };
    expect(weightOrders(of(alone))("h.0.attn.c_proj.weight")).to.equal(undefined);
    expect(weightOrders(of(alone))("score.weight")).to.equal("linear");
  });

  it("is out × in for networks of Linear layers", () => {
    const llama = { "layers.0.mlp.down_proj.weight": [4, 8], "layers.0.self_attn.q_proj.weight": [4, 4] };
    expect(weightOrders(of(llama))("layers.0.self_attn.q_proj.weight")).to.equal("linear");
  });

  it("is what all biases say of a network that is not known, else not known", () => {
    const unknown = { "net.a.weight": [4, 8], "net.b.weight": [4, 4], "table.weight": [9, 4] };
    expect(weightOrders(of({ ...unknown, "net.a.bias": [4] }))("net.b.weight")).to.equal("linear");
    expect(weightOrders(of({ ...unknown, "net.a.bias": [8] }))("net.b.weight")).to.equal("conv1d");
    expect(weightOrders(of(unknown))("net.b.weight")).to.equal(undefined);
    const both = { ...unknown, "net.a.bias": [4], "table.bias": [4] };
    expect(weightOrders(of(both))("net.b.weight")).to.equal(undefined);
  });
});
