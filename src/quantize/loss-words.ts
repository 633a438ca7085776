import { InputError } from "../errors/errors.js";
import { isCoarse, sufficientFractionBits, type TensorLoss } from "./loss.js";
import { perCent, short } from "./number-words.js";
import type { CoarseTensor } from "./resolution.js";

/** Tensors that are named in a message; the rest is counted. */
const MOST_NAMED = 8;
/** Losses above this part of a change are named, tensor by tensor. */
const WORTH_NAMING = 0.01;

/** What the fine-tune's model file says of its coarse tensors: rounded, and of a private model the names only. */
export function coarseTensors(losses: readonly TensorLoss[], isPrivate: boolean): CoarseTensor[] {
  return losses.filter(isCoarse).map((loss): CoarseTensor => {
    const { name, changeNorm, lostNorm, ownNorm } = loss;
    return isPrivate
      ? { name }
      : { name, lostOfChange: rounded(lostNorm / changeNorm), lostOfTensor: rounded(lostNorm / ownNorm) };
  });
}

/** Throws `InputError` if a tensor is coarse, with what can be done about it. `label`: the fine-tune's path. */
export function assertNotCoarse(losses: readonly TensorLoss[], label: string): void {
  const coarse = losses.filter(isCoarse).sort((a, b) => share(b) - share(a));
  const [worst] = coarse;
  if (worst === undefined) return;
  const named = coarse
    .slice(0, MOST_NAMED)
    .map((loss) => `${loss.name} loses ${perCent(share(loss))} of its change, ${perCent(ofTensor(loss))} of itself`);
  throw new InputError(
    `${label}: the steps that the base was committed with are too coarse for ${coarse.length} ` +
      `${coarse.length === 1 ? "tensor" : "tensors"}: ${named.join("; ")}${more(coarse.length)}. ` +
      "A certificate would be about another change than the files'",
    {
      remedy:
        "Commit the base at a larger tier, or with more fraction bits for these tensors " +
        `(--fraction-bits ${JSON.stringify(`${worst.name}=${sufficientFractionBits(worst)}`)}). ` +
        "--allow-coarse commits it as it is, and its model file says so.",
    },
  );
}

/** For a person: how much of the change is seen, then the tensors that lose most, then those whose drift leaves the range. */
export function describeLoss(losses: readonly TensorLoss[]): string[] {
  if (losses.length === 0) return ["The files hold the base's weights: nothing differs."];
  const sum = (of: (loss: TensorLoss) => number): number => losses.reduce((total, loss) => total + of(loss), 0);
  const [inFiles, inIntegers] = [sum((loss) => loss.changedInFiles), sum((loss) => loss.changedInIntegers)];
  const whole = Math.sqrt(sum(({ changeNorm }) => changeNorm ** 2));
  const lost = Math.sqrt(sum(({ lostNorm }) => lostNorm ** 2));
  const losing = losses.filter((loss) => share(loss) > WORTH_NAMING).sort((a, b) => share(b) - share(a));
  return [
    inIntegers === 0
      ? `The integers are those of the base, and so is the id: ${inFiles} ${inFiles === 1 ? "weight differs" : "weights differ"} in the files, each by less than a step.`
      : `${inFiles} ${inFiles === 1 ? "weight" : "weights"} of ${losses.length} ${losses.length === 1 ? "tensor" : "tensors"} ` +
        `${inFiles === 1 ? "differs" : "differ"} in the files, ${inIntegers} in the integers; ` +
        `${perCent(lost / whole)} of the change's norm is lost to rounding.`,
    ...losing
      .slice(0, MOST_NAMED)
      .map(
        (loss) =>
          `${loss.name}: ${perCent(share(loss))} of its change is lost (${perCent(ofTensor(loss))} of the tensor's norm): ` +
          `steps of ${short(2 ** -loss.fractionBits)}.`,
      ),
    ...(losing.length > MOST_NAMED
      ? [`Tensors that lose over 1 % of their change: ${losing.length - MOST_NAMED} more.`]
      : []),
    ...losses
      .filter(({ outOfRange }) => outOfRange > 0)
      .slice(0, MOST_NAMED)
      .map(
        ({ name, outOfRange }) =>
          `${name}: ${outOfRange} ${outOfRange === 1 ? "weight changes" : "weights change"} by more than the range of drift: ` +
          "the sparse part of a rule must cover them.",
      ),
  ];
}

function share({ lostNorm, changeNorm }: TensorLoss): number {
  return lostNorm / changeNorm;
}

function ofTensor({ lostNorm, ownNorm }: TensorLoss): number {
  return lostNorm / ownNorm;
}

function more(count: number): string {
  return count > MOST_NAMED ? `; and ${count - MOST_NAMED} more` : "";
}

/** Two significant digits, upwards. */
function rounded(part: number): number {
  const unit = 10 ** (Math.floor(Math.log10(part)) - 1);
  return Number((Math.ceil(part / unit - 1e-9) * unit).toPrecision(2));
}
