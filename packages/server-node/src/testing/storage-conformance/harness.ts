/**
 * Owns what a storage author gives the suite: how to make a store, and what can be done to it from outside. An ability
 * that does not exist is declared with its reason, which every case that needed it then prints.
 */
import type { ChildProcess } from "node:child_process";
import type {
  MessageStorageAdapter,
  RedactableStorage,
  RetentionStorage,
  SharedMessageStorage,
} from "../../storage/contract.ts";

export interface OpenStore {
  readonly storage: MessageStorageAdapter;
  /** Closes and deletes; called once, also when the case failed. */
  dispose(): Promise<void>;
}

export interface Missing {
  readonly missing: string;
}

export interface FaultInjector {
  /** Makes the n-th statement from now on fail, once, before it takes effect. */
  failAt(n: number): void;
  /** Whether it has failed since. */
  fired(): boolean;
  /** Nothing fails any more. */
  clear(): void;
}

/** What can be done with an open store beyond calling it. */
export interface Abilities {
  /** Another instance on the same data, while the first may still be open. The suite closes it. */
  reopen(): Promise<MessageStorageAdapter>;
  /**
   * Another process with an IPC channel (`fork`, `serialization: "advanced"`) that opens the same data and hands it to
   * `serveStorageChild`.
   */
  process(): ChildProcess;
  faults: FaultInjector;
  /** The store as shared storage, and other instances of it, which the case closes. */
  shared: { readonly storage: SharedMessageStorage; reopen(): Promise<SharedMessageStorage> };
  /** The store as one whose logs can be shortened. */
  retention: RetentionStorage;
  /** The store as one that can forget what was said. */
  redaction: RedactableStorage;
}

export type AbilityName = keyof Abilities;

export interface StorageHarness<Store extends OpenStore = OpenStore> {
  /** A store nobody has written to; called once per case. */
  open(): Promise<Store>;
  readonly reopen: ((store: Store) => Promise<MessageStorageAdapter>) | Missing;
  readonly process: ((store: Store) => ChildProcess) | Missing;
  readonly faults: ((store: Store) => FaultInjector) | Missing;
  /** Whether the store says so of itself: `capabilities.shared`. Such a store must be able to `reopen`. */
  readonly shared?: true | Missing;
  /** As it says of itself: `capabilities.retention`. */
  readonly retention?: true | Missing;
  /** As it says of itself: `capabilities.redaction`. */
  readonly redaction?: true | Missing;
}
