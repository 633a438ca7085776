import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: file("."),
  // Addresses relative to the page: it can be hosted in any folder.
  base: "./",
  worker: { format: "es" },
  resolve: {
    // The page imports the package by its public names, as anybody's would: here that is its sources.
    alias: [
      { find: /^fine-tuning-integrity$/u, replacement: file("../src/index.ts") },
      { find: /^fine-tuning-integrity\/(\w+)$/u, replacement: file("../src/$1.ts") },
    ],
  },
  build: {
    outDir: file("../dist-web"),
    emptyOutDir: true,
    target: "es2023",
    // The page's policy forbids data: addresses of scripts, and inlining makes nothing smaller.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // ethers and the schemas are most of it; 210 kB compressed.
    chunkSizeWarningLimit: 800,
  },
});
