/** A seeded source of randomness (sfc32). `fork` makes an independent one by name, so that one use more here changes nothing there. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole, both ends included. */
  int(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  fork(name: string): Random;
}

export function createRandom(seed: string): Random {
  let [a, b, c, d] = seedState(seed);
  function word(): number {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return t >>> 0;
  }
  for (let warm = 0; warm < 12; warm += 1) word();

  const random: Random = {
    next: () => word() / 4_294_967_296,
    int: (least, most) => least + Math.floor(random.next() * (most - least + 1)),
    // Draws whatever the probability, so that a fault that is switched off shifts nothing after it.
    chance: (probability) => random.next() < probability,
    pick: (items) => items[random.int(0, items.length - 1)] ?? items[0],
    fork: (name) => createRandom(`${seed}/${name}`),
  };
  return random;
}

/** Four words of FNV-1a, each from another start. */
function seedState(seed: string): [number, number, number, number] {
  const word = (start: number) => {
    let hash = start;
    for (let index = 0; index < seed.length; index += 1) hash = Math.imul(hash ^ seed.charCodeAt(index), 16_777_619);
    return hash | 0;
  };
  return [word(2_166_136_261), word(0x9e3779b9), word(0x243f6a88), word(0xb7e15162)];
}
