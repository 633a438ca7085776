import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readDeployment, type Deployment } from "../../src/node/deployments.js";
import { EXAMPLES_STORE } from "../examples/setups.js";

const SCRIPT = fileURLToPath(new URL("../deploy.ts", import.meta.url));

/** Runs `npm run deploy` as an operator would; told twice, as the keys are development ones. */
export async function deployAsOperator(url: string, chainId: number, out: string): Promise<Deployment> {
  const insecure = ["--allow-insecure", "--confirm-chain", String(chainId)];
  const args = ["--network", "rpc", "--tier", "medium", "--artifacts", EXAMPLES_STORE, "--no-journal", "--out", out];
  const status = await run([...args, ...insecure], url);
  if (status !== 0) throw new Error(`npm run deploy ended with ${status}`);
  return readDeployment(join(out, `${chainId}.json`));
}

/** Whether the deploy script refuses to go on when it is told once only. */
export async function refusesDevelopmentKeys(url: string, out: string): Promise<boolean> {
  const args = ["--network", "rpc", "--tier", "medium", "--artifacts", EXAMPLES_STORE, "--no-journal", "--out", out];
  return (await run([...args, "--allow-insecure"], url)) === 2;
}

function run(args: readonly string[], url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, FTI_RPC_URL: url, FTI_SIGNER: "remote", HARDHAT_DISABLE_TELEMETRY_PROMPT: "true" };
    const child = spawn(process.execPath, ["--import=tsx", SCRIPT, ...args], {
      env: { ...env, HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "false" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 3));
  });
}
