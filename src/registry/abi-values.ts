import { Interface, type ParamType, type Result } from "ethers";
import type { Hex } from "../algebra/hex.js";
import { DRIFT_REGISTRY_ABI } from "./abi.js";
import type {
  Answer,
  Arguments,
  EventArguments,
  EventName,
  FunctionName,
  ReadArguments,
  ViewName,
} from "./abi-types.js";

/** The registry's functions, events and errors. */
export const driftRegistryInterface = new Interface(DRIFT_REGISTRY_ABI);

/** Calldata of a call. */
export function encodeCall<Name extends FunctionName>(name: Name, args: Arguments<Name>): Hex {
  return driftRegistryInterface.encodeFunctionData(name, args) as Hex;
}

/** What a function was called with. Throws if that is no call of it. */
export function decodeCall<Name extends FunctionName>(name: Name, calldata: Hex): ReadArguments<Name> {
  const { inputs } = fragmentOf(driftRegistryInterface.getFunction(name));
  return byName(driftRegistryInterface.decodeFunctionData(name, calldata), inputs) as ReadArguments<Name>;
}

/** What a function has given. Throws if that is none of its answers. */
export function decodeAnswer<Name extends ViewName>(name: Name, data: string): Answer<Name> {
  const { outputs } = fragmentOf(driftRegistryInterface.getFunction(name));
  const result = driftRegistryInterface.decodeFunctionResult(name, data);
  const values = outputs.map((output, i) => plain(result, i, output));
  return (values.length === 1 ? values[0] : values) as Answer<Name>;
}

/** An event's name and what it tells. */
export type DecodedEvent = {
  [Name in EventName]: { readonly name: Name; readonly args: EventArguments<Name> };
}[EventName];

/** `undefined` for what is no event of this version's registry. Throws if it is one by its name alone. */
export function decodeEvent(log: {
  readonly topics: readonly string[];
  readonly data: string;
}): DecodedEvent | undefined {
  const parsed = driftRegistryInterface.parseLog(log);
  if (parsed === null) return undefined;
  return { name: parsed.name, args: byName(parsed.args, parsed.fragment.inputs) } as DecodedEvent;
}

function fragmentOf<F>(fragment: F | null): F {
  if (fragment === null) throw new RangeError("the registry has no function of that name");
  return fragment;
}

function byName(values: Result, parameters: readonly ParamType[]): Record<string, unknown> {
  return Object.fromEntries(parameters.map((parameter, i) => [parameter.name, plain(values, i, parameter)]));
}

/** What ethers has decoded at a place, as `abi-types` has it. Addresses become lowercase, as everywhere in this project. */
function plain(values: Result, index: number, { baseType, arrayChildren, components }: ParamType): unknown {
  // Anybody can publish a string that is no UTF-8: that must not keep others from being read.
  if (baseType === "string") return textAt(values, index);
  const value: unknown = values[index];
  if (arrayChildren !== null) {
    const items = value as Result;
    return Array.from({ length: items.length }, (_, i) => plain(items, i, arrayChildren));
  }
  if (components !== null) return byName(value as Result, components);
  return typeof value === "string" ? value.toLowerCase() : value;
}

function textAt(values: Result, index: number): string {
  try {
    return String(values[index]);
  } catch {
    return "\ufffd";
  }
}
