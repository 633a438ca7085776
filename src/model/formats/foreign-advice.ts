/** A file that is no model, or one of a format that is not read: in words, and what to do about it. */
export interface ForeignFile {
  /** Completes "FILE …": `is a git-lfs pointer, not the file itself`. */
  readonly what: string;
  readonly remedy: string;
}

export const DOWNLOAD = "Download the file again.";

/** What a pickle is answered with: opening one can run any code, so it is never done here. */
export const CONVERT_PICKLE =
  "A pickle can run code when it is opened, so it is not read. Where its origin is trusted, convert it in Python: " +
  "safetensors.torch.save_file(torch.load(FILE, weights_only=True), OUT), or save_pretrained of transformers.";

export const CONVERT_GGUF =
  "GGUF is not read. Give the safetensors model that it was made from, or convert it in Python with transformers: " +
  "AutoModelForCausalLM.from_pretrained(FOLDER, gguf_file=FILE).save_pretrained(OUT).";

export const CONVERT_FLAX = "Load it in Flax or transformers (from_flax=True) and save the model as safetensors.";
