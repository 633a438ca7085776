export {
  g1HasInfinity,
  msmOffsetElements,
  msmOffsetFloats,
  msmOffsetIntegers,
  msmOffsetInts,
  msmWidenInts,
} from "./msm-scalars";
export { msmWindows } from "./msm-windows";
