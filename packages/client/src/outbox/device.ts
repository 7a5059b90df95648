/** Owns the port to what the pages of one browser share: a store that outlives them, locks, a way to call each other. */
export interface OutboxDevice {
  /**
   * Opens what belongs to one principal under one name; two principals or names share nothing. The principal must not
   * be found on the device as it is. Rejects where nothing is kept.
   */
  open(name: string, principal: string): Promise<DeviceSpace>;
}

export interface DeviceSpace {
  readonly store: KeyValueStore;
  /** Waits until nobody of any page has the lock, has it until `leaving`, and loses it with its page. */
  lock(name: string, leaving: AbortSignal, held: () => void): void;
  /** Joins the other pages; hears what they post and nothing of itself. Returns how to post. */
  meet(hear: (message: unknown) => void): (message: object) => void;
}

/** Texts by key. Each method is atomic, and done when it resolved. */
export interface KeyValueStore {
  list(): Promise<readonly (readonly [key: string, value: string])[]>;
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  clear(): Promise<void>;
}
