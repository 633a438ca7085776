import { CONVERT_PICKLE, type ForeignFile } from "./foreign-advice.js";

const NAME_LENGTH_AT = 26;
const NAME_AT = 30;

/** An archive by the bytes that it begins with; what is inside a zip by the name of its first entry. */
export function archiveIn(head: Uint8Array): ForeignFile | undefined {
  const has = (at: number, ...bytes: readonly number[]): boolean => bytes.every((byte, i) => head[at + i] === byte);
  if (has(0, 0x50, 0x4b, 0x03, 0x04) || has(0, 0x50, 0x4b, 0x05, 0x06)) return zipIn(head);
  if (has(257, ...ascii("ustar"))) return packed("tar");
  if (has(0, 0x1f, 0x8b)) return packed("gzip");
  if (has(0, ...ascii("BZh"))) return packed("bzip2");
  if (has(0, 0xfd, ...ascii("7zXZ"), 0)) return packed("xz");
  if (has(0, 0x28, 0xb5, 0x2f, 0xfd)) return packed("zstd");
  if (has(0, ...ascii("7z"), 0xbc, 0xaf, 0x27, 0x1c)) return packed("7-Zip");
  if (has(0, ...ascii("Rar!"))) return packed("RAR");
  return undefined;
}

function zipIn(head: Uint8Array): ForeignFile {
  const length = (head[NAME_LENGTH_AT] ?? 0) + 256 * (head[NAME_LENGTH_AT + 1] ?? 0);
  const entry = String.fromCharCode(...head.subarray(NAME_AT, NAME_AT + length));
  if (/(^|\/)(data\.pkl|version|byteorder|\.format_version|\.storage_alignment|constants\.pkl)$/u.test(entry)) {
    return { what: "is a pickle of PyTorch (a zip archive with data.pkl)", remedy: CONVERT_PICKLE };
  }
  if (entry.endsWith(".npy")) {
    return {
      what: "is an archive of NumPy arrays (*.npz)",
      remedy: "Save them as safetensors: safetensors.numpy.save_file(dict(numpy.load(FILE)), OUT).",
    };
  }
  if (/^(metadata\.json|config\.json|model\.weights\.h5)$/u.test(entry)) {
    return {
      what: "is a Keras model (*.keras)",
      remedy: "Convert it to TensorFlow.js (tensorflowjs_converter), or save its weights as safetensors.",
    };
  }
  return packed("zip");
}

const packed = (kind: string): ForeignFile => ({
  what: `is an archive (${kind})`,
  remedy: "Unpack it and give the model inside.",
});

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
