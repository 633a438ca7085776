import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/**
 * Deploys the registry with verifiers that are deployed already. Parameters:
 *
 *   owner          who can add and freeze verifying keys; the zero address for nobody
 *   tierVerifiers  [{ tierId, verifier }]
 *   srs            { tau1: { x, y }, blindingBase: { x, y }, tau2: { x: [c1, c0], y: [c1, c0] } }
 */
export default buildModule("DriftRegistry", (m) => {
  const args = [m.getParameter("owner"), m.getParameter("tierVerifiers"), m.getParameter("srs")];
  const registry = m.contract("DriftRegistry", args);
  return { registry };
});
