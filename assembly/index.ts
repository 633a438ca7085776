export { alloc, mark, release } from "./memory";
export * from "./field-vectors";
