/** Told what is being done: a phase, and how much of it. */
export type ProgressListener = (phase: string, done: number, total: number) => void;
