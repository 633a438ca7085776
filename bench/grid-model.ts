import { openModel, type Model } from "../src/model/open-model.js";
import { memoryFiles } from "../src/model/source-opener.js";

/** A model of one tensor, `tiles` grid tiles below each other; the first `changed` tiles differ from `changed = 0`. */
export function gridModel(n: number, tiles: number, changed: number): Promise<Model> {
  const tileSize = n * n;
  const values = Float32Array.from({ length: tiles * tileSize }, (_, i) => {
    const weight = ((i * 2_654_435_761) % 255) / 128 - 1;
    return i < changed * tileSize && i % 3 === 0 ? weight + 1 / 64 : weight;
  });
  const header = JSON.stringify({ w: { dtype: "F32", shape: [tiles * n, n], data_offsets: [0, values.byteLength] } });
  const file = new Uint8Array(8 + header.length + values.byteLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(new TextEncoder().encode(header), 8);
  file.set(new Uint8Array(values.buffer), 8 + header.length);
  return openModel(memoryFiles(new Map([["w.safetensors", file]])), "w.safetensors");
}
