/** One check that was made, in words. */
export interface CheckMade {
  readonly check: string;
  readonly ok: boolean;
}
