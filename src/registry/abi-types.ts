import type { Hex } from "../algebra/hex.js";
import type { DRIFT_REGISTRY_ABI } from "./abi.js";

/** An input, output or field of a struct, as an ABI has it. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly components?: readonly Parameter[];
}

type Entry = (typeof DRIFT_REGISTRY_ABI)[number];
type FunctionEntry = Extract<Entry, { type: "function" }>;
type EventEntry = Extract<Entry, { type: "event" }>;

/** Names of the registry's functions, of those that only read, and of its events. */
export type FunctionName = FunctionEntry["name"];
export type ViewName = Extract<FunctionEntry, { stateMutability: "view" | "pure" }>["name"];
export type EventName = EventEntry["name"];

type FunctionOf<Name> = Extract<FunctionEntry, { name: Name }>;

/** Whatever an integer is written as. Values that are read are always `bigint`. */
type Integer<Reading> = Reading extends true ? bigint : bigint | number;

type Value<Type extends string, Fields extends readonly Parameter[], Reading> = Type extends `${infer Item}[]`
  ? readonly Value<Item, Fields, Reading>[]
  : Type extends `${infer Item}[2]`
    ? readonly [Value<Item, Fields, Reading>, Value<Item, Fields, Reading>]
    : Type extends "tuple"
      ? Struct<Fields, Reading>
      : Type extends `uint${string}` | `int${string}`
        ? Integer<Reading>
        : Type extends `bytes${string}` | "address"
          ? Hex
          : Type extends "bool"
            ? boolean
            : Type extends "string"
              ? string
              : never;

type ValueOf<P extends Parameter, Reading> = Value<P["type"], NonNullable<P["components"]>, Reading>;

type Struct<Fields extends readonly Parameter[], Reading> = {
  readonly [Field in Fields[number] as Field["name"]]: ValueOf<Field, Reading>;
};

type Values<Parameters extends readonly Parameter[], Reading> = {
  readonly [Index in keyof Parameters]: ValueOf<Parameters[Index], Reading>;
};

/** What a function takes, in order. */
export type Arguments<Name extends FunctionName> = Values<FunctionOf<Name>["inputs"], false>;

/** What a function was called with, by name. */
export type ReadArguments<Name extends FunctionName> = Struct<FunctionOf<Name>["inputs"], true>;

/** What a function gives: the value itself where it is one. */
export type Answer<Name extends ViewName> =
  Values<FunctionOf<Name>["outputs"], true> extends readonly [infer Only]
    ? Only
    : Values<FunctionOf<Name>["outputs"], true>;

/** What an event tells, by name. */
export type EventArguments<Name extends EventName> = Struct<Extract<EventEntry, { name: Name }>["inputs"], true>;
