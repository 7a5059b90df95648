export interface FuzzReport {
  readonly frames: number;
  /** Milliseconds the slowest frame kept the process, and that frame's bytes. */
  readonly slowest: { readonly ms: number; readonly bytes: number };
  /** How often each answer was given. */
  readonly answers: ReadonlyMap<string, number>;
}

export interface FuzzRun {
  readonly seed: string;
  readonly frames: number;
}

export interface Tally {
  took(ms: number, text: string): void;
  answered(answer: string): void;
  report(frames: number): FuzzReport;
}

export function createTally(): Tally {
  let slowest = { ms: 0, bytes: 0 };
  const answers = new Map<string, number>();
  return {
    took(ms, text) {
      if (ms > slowest.ms) slowest = { ms, bytes: Buffer.byteLength(text) };
    },
    answered: (answer) => void answers.set(answer, (answers.get(answer) ?? 0) + 1),
    report: (frames) => ({ frames, slowest, answers }),
  };
}
