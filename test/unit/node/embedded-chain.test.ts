import { expect } from "chai";
import { startEmbeddedChain } from "../../../src/node/embedded-chain.js";

describe("the embedded chain", () => {
  it("has unlocked, funded accounts, and each start is a chain of its own", async () => {
    const [first, second] = [await startEmbeddedChain(), await startEmbeddedChain()];
    try {
      const [sender, receiver] = [await first.provider.getSigner(0), await first.provider.getSigner(1)];
      const sent = await sender.sendTransaction({ to: await receiver.getAddress(), value: 1n });
      expect((await sent.wait())?.blockNumber).to.equal(1);
      expect(await second.provider.getBlockNumber()).to.equal(0);
      expect((await first.provider.getNetwork()).chainId).to.equal(31337n);
    } finally {
      await first.close();
      await second.close();
    }
  });
});
