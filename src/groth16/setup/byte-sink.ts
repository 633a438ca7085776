/** Receives the bytes of one file, front to back. */
export interface ByteSink {
  /** Takes the next bytes; the caller leaves them unchanged until the promise resolves. */
  write(bytes: Uint8Array): Promise<void>;
}

/** A sink that keeps everything in memory: tests and small files. */
export class MemorySink implements ByteSink {
  private readonly pieces: Uint8Array[] = [];

  write(bytes: Uint8Array): Promise<void> {
    this.pieces.push(bytes.slice());
    return Promise.resolve();
  }

  /** All bytes written so far. */
  bytes(): Uint8Array {
    const whole = new Uint8Array(this.pieces.reduce((sum, piece) => sum + piece.length, 0));
    let offset = 0;
    for (const piece of this.pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    return whole;
  }
}
