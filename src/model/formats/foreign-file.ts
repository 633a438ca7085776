import { FormatError } from "../../errors/errors.js";
import type { ByteSource } from "../byte-source.js";
import { CONVERT_FLAX, CONVERT_GGUF, CONVERT_PICKLE, DOWNLOAD, type ForeignFile } from "./foreign-advice.js";
import { archiveIn } from "./foreign-archive.js";

/** Enough for a pointer, the beginning of a page, and the first entry of an archive. */
const HEAD_BYTES = 1024;
/** A page that was saved in place of a model is smaller; raw weights that begin like one by chance are larger. */
const MOST_PAGE_BYTES = 1 << 24;
/** Throws `FormatError` for a file that stands in the place of another: a git-lfs pointer, a page that was saved. */
export async function assertNoPlaceholder(source: ByteSource): Promise<void> {
  refuse(source, placeholderIn(await headOf(source), source.size));
}

/** Throws `FormatError` for a file that, by its bytes, is known to be no safetensors, TensorFlow.js or ONNX. */
export async function assertNotForeign(source: ByteSource): Promise<void> {
  const head = await headOf(source);
  if (looksLikeSafetensors(head)) return;
  refuse(source, foreignIn(head, source.size));
}

/** Whether the bytes begin as safetensors does: the length of a header that is below 4 GB, and the header's brace. */
export function looksLikeSafetensors(head: Uint8Array): boolean {
  return head[8] === 0x7b && head[4] === 0 && head[5] === 0 && head[6] === 0 && head[7] === 0;
}

async function headOf(source: ByteSource): Promise<Uint8Array> {
  return source.read(0, Math.min(HEAD_BYTES, source.size));
}

function refuse(source: ByteSource, foreign: ForeignFile | undefined): void {
  if (foreign !== undefined) throw new FormatError(source.name, foreign.what, { remedy: foreign.remedy });
}

function placeholderIn(head: Uint8Array, size: number): ForeignFile | undefined {
  if (size > MOST_PAGE_BYTES) return undefined;
  const text = asText(head);
  if (/^version https:\/\/(git-lfs\.github\.com|hawser\.github\.com)\/spec\//u.test(text)) {
    const bytes = /^size (\d+)/mu.exec(text)?.[1];
    const length = bytes === undefined ? "" : ` of ${bytes} bytes`;
    return {
      what: `is a git-lfs pointer, not the file${length} itself`,
      remedy: 'Run "git lfs install" and then "git lfs pull" in its folder.',
    };
  }
  if (text.startsWith("# xet version")) {
    return {
      what: "is a git-xet pointer, not the file itself",
      remedy: "Download the file itself, or run git xet checkout in its folder.",
    };
  }
  if (/^(\/annex\/objects\/|(\.\.\/)*\.git\/annex\/)/u.test(text)) {
    return {
      what: "is a git-annex pointer, not the file itself",
      remedy: 'Run "git annex get" on it.',
    };
  }
  if (/^<(!doctype\s+html|html|head|body|script|title|meta)[\s>/]/iu.test(text)) {
    return {
      what: "is an HTML page, such as a login or error page that was saved in place of the model",
      remedy: "Open it in a browser to see what it says; log in if it asks for that, then download the file again.",
    };
  }
  if (/^<(\?xml|error)[\s>]/iu.test(text)) {
    return {
      what: "is an XML document, such as an error message of a storage service",
      remedy: `Read what it says. ${DOWNLOAD}`,
    };
  }
  return undefined;
}

function foreignIn(head: Uint8Array, size: number): ForeignFile | undefined {
  if (size === 0) return { what: "is empty", remedy: DOWNLOAD };
  if (head.length >= 16 && head.every((byte) => byte === 0)) {
    return { what: "begins with zeros only: a download that was not finished", remedy: DOWNLOAD };
  }
  return placeholderIn(head, size) ?? archiveIn(head) ?? ofOtherFormat(head) ?? plainText(head);
}

function ofOtherFormat(head: Uint8Array): ForeignFile | undefined {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  const start = ascii(0, 4);
  if (start === "GGUF") return { what: "is a GGUF file (llama.cpp)", remedy: CONVERT_GGUF };
  if (["lmgg", "fmgg", "tjgg", "algg"].includes(start)) {
    return { what: "is a GGML file (an old format of llama.cpp)", remedy: CONVERT_GGUF.replace("GGUF is", "GGML is") };
  }
  if (isPickle(head)) return { what: "is a pickle (PyTorch's or Python's)", remedy: CONVERT_PICKLE };
  if (ascii(1, 8) === "HDF\r\n\x1a\n") {
    return {
      what: "is an HDF5 file (Keras *.h5)",
      remedy: "Convert it to TensorFlow.js (tensorflowjs_converter), or save its weights as safetensors.",
    };
  }
  if (ascii(1, 6) === "NUMPY") {
    return {
      what: "is an array of NumPy (*.npy)",
      remedy: "Save it with its name as safetensors: safetensors.numpy.save_file({NAME: array}, OUT).",
    };
  }
  if (ascii(4, 8) === "TFL3") {
    return { what: "is a TensorFlow Lite model", remedy: "Give the model that it was converted from." };
  }
  if (isMessagePack(head)) return { what: "is a MessagePack file (Flax *.msgpack)", remedy: CONVERT_FLAX };
  return undefined;
}

/** A pickle of protocol 2 to 5 says so in its first two bytes; those of PyTorch before 1.6 are the same. */
function isPickle(head: Uint8Array): boolean {
  const [first = 0, second = 0] = head;
  if (first === 0x80 && second >= 2 && second <= 5) return true;
  // Protocol 0 is text: an opening mark and a dictionary or list, or the name of a class.
  return /^(\(dp?\d|\(lp?\d|\(i|c(__builtin__|builtins|collections|torch|numpy|copy_reg)[.\w]*\n)/u.test(asText(head));
}

/** A map whose first key is a short name. */
function isMessagePack(head: Uint8Array): boolean {
  const [first = 0] = head;
  const at = first === 0xde ? 3 : first === 0xdf ? 5 : first > 0x80 && first < 0x90 ? 1 : undefined;
  if (at === undefined) return false;
  const mark = head[at] ?? 0;
  const [length, from] = mark === 0xd9 ? [head[at + 1] ?? 0, at + 2] : [mark - 0xa0, at + 1];
  if (length < 1 || length > 0xff || from + length > head.length || (mark !== 0xd9 && length > 31)) return false;
  return head.subarray(from, from + length).every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** Text that is no JSON: a message of a server, a readme. */
function plainText(head: Uint8Array): ForeignFile | undefined {
  const text = asText(head);
  if (/^[{[]/u.test(text) || !/^[\t\n\r\x20-\x7e]+$/u.test(text)) return undefined;
  const line = text.split(/[\r\n]/u)[0] ?? "";
  const shown = line.length > 80 ? `${line.slice(0, 80)}…` : line;
  return {
    what: `is text that begins with ${JSON.stringify(shown)}, not a model`,
    remedy: "If that is a server's message in place of the model, solve what it says and download the file again.",
  };
}

/** One character a byte, without what may stand before text. */
function asText(head: Uint8Array): string {
  return String.fromCharCode(...head).replace(/^(\xef\xbb\xbf)?\s*/u, "");
}
