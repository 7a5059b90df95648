/** Owns the figures of a series of kills, and how they read. */
export class CrashFigures {
  #kills = 0;
  #inFlight = 0;
  #acknowledged = 0;
  readonly #servingMs: number[] = [];
  readonly #orphansEndedMs: number[] = [];

  killed(life: { readonly inFlight: number; readonly acknowledged: number; readonly servingMs: number | null }): void {
    this.#kills += 1;
    this.#inFlight += life.inFlight;
    this.#acknowledged += life.acknowledged;
    if (life.servingMs !== null) this.#servingMs.push(life.servingMs);
  }

  recovered(orphansEndedMs: number): void {
    this.#orphansEndedMs.push(orphansEndedMs);
  }

  toString(): string {
    return [
      `${this.#kills} kills, ${this.#inFlight} commands in flight, ${this.#acknowledged} answers before the kill`,
      `serving again after ${spread(this.#servingMs)}`,
      `orphaned runs ended after ${spread(this.#orphansEndedMs)}`,
    ].join("; ");
  }
}

function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return `${at(0.5)} ms (median), ${at(0.99)} ms (p99), ${at(1)} ms (longest)`;
}
