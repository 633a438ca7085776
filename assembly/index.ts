export { alloc, mark, release } from "./memory";
export * from "./field-vectors";
export * from "./sumcheck-fold";
export { rangeFoldLambda, rangeSumLookups, rangeSumNodes, rangeTableLeaves } from "./range-tree";
export { rangeRound } from "./range-rounds";
export { rangeLookupBind, rangeLookupRound, rangeLookupSecond } from "./range-lookups";
export { rangeLookupFirst } from "./range-first";
