import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { Hex } from "../algebra/hex.js";
import { FormatError, InputError } from "../errors/errors.js";
import { firstIssue } from "../errors/first-issue.js";
import type { TrustedBase } from "../registry/trusted-base.js";
import { makeDirectory, writeOutputs } from "./output-files.js";
import { isFile, readTextFile } from "./text-file.js";

export const TRUST_FORMAT = "fine-tuning-integrity/trust";

/** A name that cannot be taken for an id or a file's. */
const NAME = /^(?!0x)[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/u;

const hex = (digits: number): z.ZodType<Hex, Hex> =>
  z.custom<Hex>(
    (value) => typeof value === "string" && new RegExp(`^0x[0-9a-f]{${digits}}$`, "u").test(value),
    `expected 0x and ${digits} lowercase hex digits`,
  );

const trustSchema = z
  .object({
    format: z.literal(TRUST_FORMAT),
    version: z.literal(1),
    bases: z.array(
      z
        .object({
          name: z.string().regex(NAME, "expected up to 64 letters, digits, - and _"),
          modelId: hex(64),
          modelFile: z.string().min(1).optional(),
          publishers: z.array(hex(40)).min(1).optional(),
          chainId: z
            .string()
            .regex(/^[1-9][0-9]*$/u)
            .optional(),
          registry: hex(40).optional(),
        })
        .strict(),
    ),
  })
  .strict();

/** Whether a text can be a name in the list. */
export function isTrustName(text: string): boolean {
  return NAME.test(text);
}

/** `--trust`, else `FTI_TRUST`, else `fti/trust.json` among the user's settings. */
export function trustPath(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const given = option ?? env["FTI_TRUST"];
  if (given !== undefined && given !== "") return resolve(given);
  const settings = env["XDG_CONFIG_HOME"];
  const folder = settings === undefined || settings === "" ? join(env["HOME"] ?? homedir(), ".config") : settings;
  return join(folder, "fti", "trust.json");
}

/** The bases of a list; none if there is no file. Throws `FormatError` naming the file and the field. */
export async function readTrustList(path: string): Promise<readonly TrustedBase[]> {
  if (!(await isFile(path))) return [];
  const remedy = "It is written by fti trust add.";
  let json: unknown;
  try {
    json = JSON.parse(await readTextFile(path));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new FormatError(path, "is not JSON", { remedy, cause });
  }
  const parsed = trustSchema.safeParse(json);
  if (!parsed.success) {
    throw new FormatError(path, firstIssue(parsed.error), { remedy });
  }
  const names = new Set<string>();
  for (const { name } of parsed.data.bases) {
    if (names.has(name)) throw new FormatError(path, `${JSON.stringify(name)} is listed twice`, { remedy });
    names.add(name);
  }
  return parsed.data.bases;
}

/** Adds a base, or replaces the one of that name if `force`. Throws `InputError` for a name that is taken or is none. */
export async function addTrusted(path: string, base: TrustedBase, force: boolean): Promise<void> {
  if (!isTrustName(base.name)) {
    throw new InputError(`${JSON.stringify(base.name)} is not a name for a base: up to 64 letters, digits, - and _`, {
      remedy: "Name it like gpt2 or acme-base-7b.",
    });
  }
  const bases = await readTrustList(path);
  if (!force && bases.some(({ name }) => name === base.name)) {
    throw new InputError(`${base.name} is in the trust list already`, {
      remedy: "Give another name, --force to replace it, or remove it first: fti trust remove.",
    });
  }
  await writeTrustList(path, [...bases.filter(({ name }) => name !== base.name), base]);
}

/** Removes a base. Throws `InputError` if there is none of that name. */
export async function removeTrusted(path: string, name: string): Promise<void> {
  const bases = await readTrustList(path);
  if (!bases.some((each) => each.name === name)) throw unknownName(name, bases, path);
  await writeTrustList(
    path,
    bases.filter((each) => each.name !== name),
  );
}

export function unknownName(name: string, bases: readonly TrustedBase[], path: string): InputError {
  const names = bases.map((each) => each.name).join(", ");
  return new InputError(`${JSON.stringify(name)} is not in the trust list ${path}`, {
    remedy: names === "" ? "It is empty: fti trust add NAME BASE." : `It has ${names}.`,
  });
}

async function writeTrustList(path: string, bases: readonly TrustedBase[]): Promise<void> {
  await makeDirectory(dirname(path));
  const file: z.infer<typeof trustSchema> = {
    format: TRUST_FORMAT,
    version: 1,
    bases: bases
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ publishers, ...base }) => ({ ...base, ...(publishers && { publishers: [...publishers] }) })),
  };
  await writeOutputs([{ path, content: `${JSON.stringify(file, undefined, 2)}\n` }]);
}
