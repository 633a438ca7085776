/** Told now and then how far a phase of the setup is. `done` runs from 0 to `total`; the unit is the phase's own. */
export type SetupProgress = (phase: string, done: number, total: number) => void;

/** For callers that do not want to know. */
export const noProgress: SetupProgress = () => undefined;
