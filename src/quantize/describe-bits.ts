import type { TensorBits } from "./fraction-bits.js";
import type { Magnitude } from "./magnitude.js";
import { perCent, short } from "./number-words.js";

/** Steps above this part of a tensor's ordinary magnitude are named tensor by tensor. */
const COARSE = 2 ** -8;

interface Measured {
  readonly name: string;
  readonly bits: TensorBits;
  readonly ordinary: number;
  readonly weights: number;
}

/** For a person: the steps of every class of `f` against its tensors' magnitudes, then the tensors that are exceptions. */
export function describeBits(
  magnitudes: readonly Magnitude[],
  bitsOf: ReadonlyMap<string, TensorBits>,
): readonly string[] {
  const classes = new Map<number, Measured[]>();
  const floats = magnitudes.filter(({ tensor }) => tensor.kind === "float");
  for (const { tensor, ordinary } of floats) {
    const bits = bitsOf.get(tensor.name);
    if (bits === undefined) continue;
    const members = classes.get(bits.fractionBits) ?? [];
    members.push({ name: tensor.name, bits, ordinary, weights: tensor.elementCount });
    classes.set(bits.fractionBits, members);
  }
  const lines: string[] = [];
  const exceptions: string[] = [];
  for (const [f, members] of [...classes].sort(([a], [b]) => a - b)) {
    const relative = members.map(({ ordinary }) => (ordinary === 0 ? 0 : 2 ** -f / ordinary));
    const ordinaryOnes = relative.filter((each) => each <= COARSE);
    const worst = Math.max(0, ...(ordinaryOnes.length > 0 ? ordinaryOnes : relative));
    const weights = members.reduce((sum, each) => sum + each.weights, 0);
    lines.push(
      `${f} fraction bits for ${members.length} ${members.length === 1 ? "tensor" : "tensors"} of ${weights} weights: ` +
        `steps of ${short(2 ** -f)}` +
        (worst === 0 ? "." : `, at most ${perCent(worst)} of a tensor's r.m.s.; smaller differences are not seen.`),
    );
    members.forEach((member, i) => {
      exceptions.push(...exceptionsOf(member, f, relative[i] ?? 0, ordinaryOnes.length > 0));
    });
  }
  return [...lines, ...exceptions];
}

function exceptionsOf(
  { name, bits: { reason, pinned } }: Measured,
  f: number,
  relative: number,
  isExceptional: boolean,
): string[] {
  const why =
    reason === "given"
      ? "as given"
      : reason === "large weights"
        ? "because of its largest weights"
        : isExceptional && relative > COARSE
          ? "coarse for its weights"
          : undefined;
  const [first] = pinned;
  // What ends with an abbreviation has its period.
  const size = relative === 0 ? "." : `, ${perCent(relative)} of its r.m.s.`;
  return [
    ...(why === undefined ? [] : [`${name}: ${f} fraction bits, ${why}: steps of ${short(2 ** -f)}${size}`]),
    ...(first === undefined
      ? []
      : [
          `${name}: ${pinned.length === 1 ? "one weight is" : `${pinned.length} weights are`} pinned (index ${first[0]} is ` +
            `${short(first[1])}${pinned.length > 1 ? ", …" : ""}): far larger than the rest, the same in every fine-tune.`,
        ]),
  ];
}
