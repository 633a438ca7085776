import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/**
 * Deploys the registry with verifiers that are deployed already (their code depends on the setup's keys, so they
 * are not among the sources). Parameters:
 *
 *   tierVerifiers  [{ tierId, verifier }]
 *   srs            { tau1: { x, y }, blindingBase: { x, y }, tau2: { x: [c1, c0], y: [c1, c0] } }
 */
export default buildModule("DriftRegistry", (m) => {
  const registry = m.contract("DriftRegistry", [m.getParameter("tierVerifiers"), m.getParameter("srs")]);
  return { registry };
});
