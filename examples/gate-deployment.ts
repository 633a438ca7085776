// Can a contract refuse to deploy a model that is not proven to be close enough to its base?
//
//   npx hardhat build && npx tsx examples/gate-deployment.ts CERTIFICATE
//
// FTI_RPC: a node whose first account signs; FTI_REGISTRY: the registry. The contract is examples/ModelGate.sol.
import { readFile } from "node:fs/promises";
import { ContractFactory, JsonRpcProvider, type BaseContract, type ContractTransactionResponse } from "ethers";
import { parseCertificate, type Hex } from "fine-tuning-integrity";
import { modelId, policyId } from "fine-tuning-integrity/prove";

const [certificateFile = ""] = process.argv.slice(2);
const signer = await new JsonRpcProvider(process.env["FTI_RPC"]).getSigner(0);
const certificate = parseCertificate(await readFile(certificateFile, "utf8"), certificateFile);

// The gate knows one policy, and by it one base.
const { abi, bytecode } = JSON.parse(
  await readFile(new URL("../artifacts/examples/ModelGate.sol/ModelGate.json", import.meta.url), "utf8"),
) as { abi: string[]; bytecode: Hex };
const factory = new ContractFactory(abi, bytecode, signer);
const deployed = await factory.deploy(process.env["FTI_REGISTRY"], policyId(certificate.policy));
const gate = (await deployed.waitForDeployment()) as BaseContract & {
  admit(modelId: Hex): Promise<ContractTransactionResponse>;
};

const attempt = async (model: Hex): Promise<string> => {
  try {
    await (await gate.admit(model)).wait();
    return "admitted";
  } catch (error) {
    return gate.interface.parseError((error as { data?: string }).data ?? "0x")?.name ?? String(error);
  }
};
console.log("the certified model:", await attempt(modelId(certificate.tuned)));
console.log("a model that nobody certified:", await attempt(`0x${"77".repeat(32)}`));
process.exit();
