/** The library's entry for Node: files, the artifact store, setups and threads. Everything else is in the main entry. */
export { fileSystem } from "./file-source.js";
export { openArtifacts, type ArtifactStoreOptions, type OpenedArtifacts } from "./artifact-store.js";
export { openSetup, type Setup } from "./open-setup.js";
export { openOrMakeSetup, type OpenOrMakeOptions } from "./open-or-make-setup.js";
export { openAnchors, type StoredAnchors } from "./open-anchors.js";
export { setupTier, type SetupMode, type SetupOptions } from "./setup-tier.js";
export { createKernelThreads, type KernelThreadsOptions } from "./kernel-threads.js";
export { folderLogStore } from "./log-folder.js";
export { peakMemoryBytes } from "./process-memory.js";
