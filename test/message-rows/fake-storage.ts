/** Owns the `localStorage` of one browser, and what its tabs hear of each other's changes. */
export interface FakeStorage {
  readonly storage: Storage;
  /** Another tab's way to the same items, and where this tab hears of others. */
  openTab(): { readonly storage: Storage; readonly events: EventTarget };
  setRoom(characters: number): void;
}

export function fakeStorage(): FakeStorage {
  const items = new Map<string, string>();
  const tabs = new Set<EventTarget>();
  let room = Number.POSITIVE_INFINITY;

  const storageOf = (own: EventTarget): Storage => ({
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem(key, newValue) {
      const used = [...items].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
      if (used + key.length + newValue.length > room) throw new DOMException("no room", "QuotaExceededError");
      items.set(key, newValue);
      for (const tab of tabs)
        if (tab !== own) tab.dispatchEvent(Object.assign(new Event("storage"), { key, newValue }));
    },
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  });

  return {
    storage: storageOf(new EventTarget()),
    openTab() {
      const events = new EventTarget();
      tabs.add(events);
      return { events, storage: storageOf(events) };
    },
    setRoom(characters) {
      room = characters;
    },
  };
}
