import { fileURLToPath } from "node:url";
import type { OpenOrMakeOptions } from "../../src/node/open-or-make-setup.js";

/** Where the setups of examples and rehearsals are kept. */
export const EXAMPLES_STORE = fileURLToPath(new URL("../../build/examples-artifacts", import.meta.url));

/** INSECURE setups of a known seed, made if they are not there. */
export const EXAMPLES_SETUP: OpenOrMakeOptions = { root: EXAMPLES_STORE, seed: "examples" };
