/** The ids of a log's newest events, so that a returning reader's cursor is verified without a storage read. */
export class RecentTags {
  readonly #tags = new Map<bigint, string>();
  readonly #capacity: number;

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  add(ordinal: bigint, tag: string): void {
    this.#tags.set(ordinal, tag);
    if (this.#tags.size <= this.#capacity) return;
    for (const oldest of this.#tags.keys()) {
      this.#tags.delete(oldest);
      return;
    }
  }

  get(ordinal: bigint): string | undefined {
    return this.#tags.get(ordinal);
  }
}
