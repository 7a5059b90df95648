/** Milliseconds a frame kept the process, and its bytes. */
export interface SlowFrame {
  readonly ms: number;
  readonly bytes: number;
}

export interface FuzzReport {
  readonly frames: number;
  readonly slowest: SlowFrame;
  /** How often each answer was given. */
  readonly answers: ReadonlyMap<string, number>;
}

export interface FuzzRun {
  readonly seed: string;
  readonly frames: number;
}

export interface Tally {
  /** Plays the frame and measures how long that takes. `another`: where it can be played again, if not where it was. */
  time(text: string, play: () => void, another?: () => () => void): void;
  answered(answer: string): void;
  report(frames: number): FuzzReport;
}

/** Of one frame that seems slower than all before it. */
const TRIES = 5;

/** `elapsed`: milliseconds. */
export function createTally(elapsed: () => number): Tally {
  let slowest: SlowFrame = { ms: 0, bytes: 0 };
  const answers = new Map<string, number>();

  function measure(play: () => void): number {
    const began = elapsed();
    play();
    return elapsed() - began;
  }

  return {
    time(text, play, another = () => play) {
      let ms = measure(play);
      // Compiling and the collection of garbage fall on whatever frame is there: its own is what it takes each time.
      for (let tries = 1; tries < TRIES && ms > slowest.ms; tries += 1) ms = Math.min(ms, measure(another()));
      if (ms > slowest.ms) slowest = { ms, bytes: Buffer.byteLength(text) };
    },
    answered: (answer) => void answers.set(answer, (answers.get(answer) ?? 0) + 1),
    report: (frames) => ({ frames, slowest, answers }),
  };
}
