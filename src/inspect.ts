/** What a fine-tune changed, measured and judged. Nothing is proven by it. `inspectionPage` needs the package `echarts`. */
export { inspectModels, type InspectInput } from "./inspect/inspect-models.js";
export type { ChangeKind, Inspection, Likeness, MatrixChange, TensorChange } from "./inspect/inspection.js";
export { roundingTest, type RoundingTest } from "./inspect/is-rounding.js";
export { judge } from "./inspect/judge.js";
export type { Verdict, VerdictKind } from "./inspect/verdict.js";
export { inspectionPage } from "./inspect/inspection-page.js";
export { recognizeArchitecture } from "./model/architecture/recognize.js";
export type { RoleMapping } from "./model/architecture/role-mapping.js";
export { parseRoleMapping } from "./model/architecture/role-mapping-file.js";
export type { Architecture, Role, TensorRole } from "./model/architecture/role.js";
