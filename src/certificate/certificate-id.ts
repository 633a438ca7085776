import type { Certificate } from "./certificate.js";
import { modelId } from "../commitment/model-id.js";
import { policyId } from "../policy/rule.js";
import { keccakWords } from "../algebra/keccak.js";
import type { Hex } from "../algebra/hex.js";

/** `keccak256(abi.encode(chainId, registry, publisher, baseModelId, tunedModelId, policyId))` */
export function certificateId(
  certificate: Pick<Certificate, "chainId" | "registry" | "publisher" | "base" | "tuned" | "policy">,
): Hex {
  const { chainId, registry, publisher, base, tuned, policy } = certificate;
  return keccakWords([chainId, registry, publisher, modelId(base), modelId(tuned), policyId(policy)]);
}
