import { readFile } from "node:fs/promises";
import { runJson, type Workplace } from "../../support/cli.js";
import { testSetup } from "../../support/nano-setup.js";
import type { RpcNode } from "../../support/rpc-node.js";
import { tinyModel } from "../../support/tiny-models.js";

/** Accounts 0 and 1 of every Hardhat node. */
export const PUBLISHER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
export const OTHER = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";

/** Three generations of a tiny model, committed and proven; and what a host offers beside the page. */
export interface Scene {
  readonly registry: string;
  /** Model ids: the base, its tune, and the tune's tune. */
  readonly ids: Readonly<Record<"a" | "b" | "c", string>>;
  /** Id of the certificate from a to b, which is registered; that from b to c is not. */
  readonly certificateId: string;
  readonly srs: Uint8Array;
  readonly verifyingKey: string;
}

const headDrift = (name: string, i: number): number => (name === "head.weight" && i % 3 === 0 ? 3 / 128 : 0);
const bothDrift = (name: string, i: number): number => (name === "dense.weight" ? 1 / 128 : headDrift(name, i));

/** Deploys, commits a, b and c, proves a→b and b→c, and registers a, both policies and the first certificate. */
export async function setScene(place: Workplace, node: RpcNode): Promise<Scene> {
  const { artifacts } = await testSetup();
  const at = (name: string): string => place.path(name);
  const { registry } = await runJson(["deploy", "--rpc", node.url, "--tier", "nano", "--account", "0"]);
  const chain = ["--rpc", node.url, "--registry", String(registry), "--account", "0"];
  await place.write("a.safetensors", tinyModel(1));
  await place.write("b.safetensors", tinyModel(1, headDrift));
  await place.write("c.safetensors", tinyModel(1, bothDrift));
  const commit = async (name: string, more: readonly string[]): Promise<string> =>
    String((await runJson(["commit", at(`${name}.safetensors`), ...more, "-o", at(`${name}.model.json`)]))["modelId"]);
  const from = (base: string): string[] => [
    "--base",
    at(`${base}.model.json`),
    "--base-weights",
    at(`${base}.safetensors`),
  ];
  const ids = {
    a: await commit("a", ["--tier", "nano", "--fraction-bits", "7"]),
    b: await commit("b", from("a")),
    c: await commit("c", from("b")),
  };
  await runJson(["register", "model", at("a.model.json"), ...chain]);
  const policy = (base: string): string => at(`${base}.policy.json`);
  const prove = async (base: string, tune: string, tensor: string): Promise<void> => {
    await runJson([
      ...["policy", "norm", "--base", at(`${base}.model.json`), "--max-norm", "2", "--tensor", tensor],
      ...["-o", policy(base)],
    ]);
    await runJson([
      ...["prove", ...from(base), "--tune", at(`${tune}.model.json`), "--tune-weights", at(`${tune}.safetensors`)],
      ...["--policy", policy(base), "--registry", String(registry), "--chain-id", "31337", "--publisher", PUBLISHER],
      ...["-o", at(`${tune}.certificate.json`)],
    ]);
  };
  await prove("a", "b", "head.weight");
  await prove("b", "c", "dense.weight");
  await runJson(["register", "policy", policy("a"), "--base", at("a.model.json"), ...chain]);
  const registered = await runJson(["register", "certificate", at("b.certificate.json"), ...chain]);
  return {
    registry: String(registry),
    ids,
    certificateId: String(registered["certificateId"]),
    srs: await readFile(artifacts.paths.srs),
    verifyingKey: await readFile(artifacts.paths.verificationKey, "utf8"),
  };
}
