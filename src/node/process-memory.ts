/**
 * The most memory that this process has had resident since it started, in bytes, threads and WebAssembly memories
 * included. It never falls: to measure one job, run it in a process of its own.
 */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
