/** What no certificate says, whatever its policy (PROTOCOL 9). */
export const NOT_SAID: readonly string[] = [
  "that the fine-tune is safe or good: a small change can change behavior;",
  "who trained it: only who registered it;",
  "that some server really runs this model;",
  "anything about changes below the quantization step: files can differ by that and have one id;",
  "that the registrant knew the weights of a base that is private.",
];
