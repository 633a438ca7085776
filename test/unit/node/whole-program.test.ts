import { UnavailableError } from "../../../src/errors/errors.js";
import { assertWholeProgram } from "../../../src/node/compile-circuit.js";
import { Workplace } from "../../support/cli.js";
import { expectError } from "../../support/rejects.js";

/** A module with an empty section of types. */
const PROGRAM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 1, 0);

describe("the compiler's program", () => {
  it("is refused where the disk had no room for its end", async () => {
    const place = await Workplace.open();
    try {
      for (let length = 0; length < PROGRAM.length; length++) {
        const path = await place.write("c.wasm", PROGRAM.subarray(0, length));
        // The header alone is a program too: one that does nothing.
        if (length !== 8) await expectError(() => assertWholeProgram(path), UnavailableError, "c.wasm", "disk");
      }
      await assertWholeProgram(await place.write("c.wasm", PROGRAM));
    } finally {
      await place.close();
    }
  });
});
