import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Hex } from "../algebra/hex.js";
import { FormatError, InputError } from "../errors/errors.js";
import { firstIssue } from "../errors/first-issue.js";
import { writeOutputs } from "./output-files.js";

const hex = (bytes: number): z.ZodType<Hex, string> =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`, "u"), `${bytes} bytes in lowercase hexadecimal`)
    .transform((text) => text as Hex);

const deploymentSchema = z
  .object({
    version: z.literal(1),
    chainId: z.number().int().positive(),
    network: z.string(),
    registry: hex(20),
    /** Block from which on the registry has logs. */
    block: z.number().int().nonnegative(),
    deployer: hex(20),
    /** Who can add and freeze verifying keys; the zero address for nobody. */
    owner: hex(20),
    srsId: hex(32),
    /** Development keys: anybody can forge certificates. */
    insecure: z.boolean(),
    routes: z.array(
      z.object({ tier: z.string(), routeId: hex(32), verifyingKeyHash: hex(32), verifier: hex(20) }).strict(),
    ),
  })
  .strict();

/** A registry that was deployed: `deployments/<chainId>.json`. */
export type Deployment = z.output<typeof deploymentSchema>;

/** Writes the file whole or not at all. */
export async function writeDeployment(path: string, deployment: Deployment): Promise<void> {
  await writeOutputs([{ path, content: `${JSON.stringify(deploymentSchema.parse(deployment), null, 2)}\n` }]);
}

/** Throws `InputError` if there is no such file, `FormatError` if it is not one of deployments. */
export async function readDeployment(path: string): Promise<Deployment> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new InputError(`${path} cannot be read`, { remedy: "Deploy a registry first (npm run deploy).", cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(path, "is not JSON", { cause });
  }
  const result = deploymentSchema.safeParse(json);
  if (result.success) return result.data;
  throw new FormatError(path, firstIssue(result.error), {
    remedy: "Expected a record that npm run deploy wrote.",
    cause: result.error,
  });
}
