/** The first broken promise of a history ends it. */
export type InvariantId =
  | "I1"
  | "I2"
  | "I3"
  | "I4"
  | "I5"
  | "I6"
  | "I7"
  | "I8"
  | "I9"
  | "I10"
  | "I11"
  | "I12"
  | "I13"
  | "F-C6"
  | "F-C13"
  | "F-C14"
  | "F-P6"
  | "F-R5"
  | "clean";

export class Violation extends Error {
  readonly invariant: InvariantId;

  constructor(invariant: InvariantId, message: string) {
    super(`${invariant}: ${message}`);
    this.invariant = invariant;
  }
}

/** Where everybody tells what happened, and what must not have. */
export interface Judge {
  readonly violation: Violation | null;
  /** Keeps the first. Never throws: who finds it may be deep inside the product. */
  violate(invariant: InvariantId, message: string): void;
  /** One line of the replay. `text` is only made when somebody reads it. */
  tell(text: () => string): void;
}

export function createJudge(write: ((line: string) => void) | null): Judge {
  let violation: Violation | null = null;
  return {
    get violation() {
      return violation;
    },
    violate(invariant, message) {
      violation ??= new Violation(invariant, message);
      write?.(`!! ${invariant}: ${message}`);
    },
    tell(text) {
      write?.(text());
    },
  };
}
