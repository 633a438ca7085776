import { InputError } from "../errors/errors.js";
import type { Manifest } from "../quantize/manifest.js";
import { tileContents } from "../quantize/tile-contents.js";
import { nameTensors } from "./check-words.js";
import type { DocumentRule, PolicyDocument } from "../policy/policy-document.js";
import { tilesOf } from "../policy/rule.js";
import type { SuggestedPolicy, SuggestedRule } from "./suggest-report.js";

/**
 * A suggested policy as a document of tensor names and norms, to be read, changed and compiled. It gives the same
 * bounds, with two exceptions, both on the wide side: a rank rule's residual is bounded in whole squared steps of `2^-f`, and
 * a rule covers its tensors' tiles even where the first or the last of them did not change.
 *
 * Throws `InputError` if one tensor is under several rules, as a tensor larger than a segment is: a document has one
 * budget for it, and how that is divided cannot be written.
 */
export function documentOf({ rules }: Pick<SuggestedPolicy, "rules">, manifest: Manifest): PolicyDocument {
  const owners = new Map<string, number>();
  rules.forEach(({ tensors }, index) => {
    for (const name of tensors) {
      if (owners.has(name)) {
        throw new InputError(`${nameTensors([name])} is under several rules, which a policy document cannot express`, {
          remedy: "Use the policy file, or a tier whose segments hold the tensor.",
        });
      }
      owners.set(name, index);
    }
  });
  const contents = tileContents(manifest);
  return {
    version: 1,
    name: "the tightest policy that one fine-tune keeps",
    rules: rules.map((suggested) => {
      const { rule, tensors } = suggested;
      const tiles = new Set(tilesOf(rule));
      const covered = contents.filter(({ tile }) => tiles.has(tile));
      const isShared = covered.some((tile) => tile.tensors.some((name) => !tensors.includes(name)));
      return { ...documentRule(suggested), ...(isShared ? { wholeTiles: true } : {}) };
    }),
  };
}

function documentRule({ rule, tensors, kind }: SuggestedRule): DocumentRule {
  const { maxRank, shift, maxNonzeros, maxResidualSq, unit } = rule;
  const unitSq = (maxResidualSq + 4n ** BigInt(shift) - 1n) >> BigInt(2 * shift);
  return {
    name: kind,
    tensors: tensors.map(literal),
    ...(maxRank > 0 ? { rank: maxRank, shift } : {}),
    ...(maxNonzeros > 0n ? { nonzeros: Number(maxNonzeros) } : {}),
    ...(unitSq > 0n ? { drift: normText(unitSq, unit - shift) } : {}),
  };
}

/** A name as a glob that matches it alone. */
function literal(name: string): string {
  return name.replace(/[\\*?[\]{}()!+@|]/gu, "\\$&");
}

/**
 * The shortest decimal number `X` for which `floor(X²·4^f)` is exactly `sumSquares`: the bound, in the weights' own unit.
 */
export function normText(sumSquares: bigint, fractionBits: number): string {
  const [up, down] = fractionBits >= 0 ? [4n ** BigInt(fractionBits), 1n] : [1n, 4n ** BigInt(-fractionBits)];
  for (let digits = 0; ; digits++) {
    const scale = 10n ** BigInt(2 * digits) * down;
    const m = ceilSqrt((sumSquares * scale + up - 1n) / up);
    if ((m * m * up) / scale !== sumSquares) continue;
    const text = m.toString().padStart(digits + 1, "0");
    return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  }
}

/** The smallest whole number whose square is at least `value`. */
function ceilSqrt(value: bigint): bigint {
  if (value <= 1n) return value;
  // Newton from above ends at the floor of the root.
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) break;
    root = next;
  }
  return root * root < value ? root + 1n : root;
}
