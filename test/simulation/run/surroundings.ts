/** What every part of a simulated world shares. */
import type { ErrorRecord, MemoryStorageContents, Principal, SessionKey } from "@sessionstream/server-node";
import type { LogWatch } from "../oracle/log-watch.ts";
import type { WriteCounts } from "../server/faulty-storage.ts";
import type { ServerSettings } from "../server/hub-process.ts";
import type { Clock } from "../time/clock.ts";
import type { Random } from "../time/random.ts";
import type { Faults } from "./faults.ts";
import type { Judge } from "./violation.ts";

export interface CommandAnswer {
  readonly principal: Principal;
  readonly url: string;
  /** Of the request. */
  readonly body: string;
  readonly status: number;
  readonly text: string;
}

export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  readonly judge: Judge;
  readonly settings: ServerSettings;
  /** The disk; a restored backup takes its place. */
  readonly storage: { contents: MemoryStorageContents };
  isStorageDown(): boolean;
  readonly writes: WriteCounts;
  /** What is in the log, as an independent reader sees it. */
  readonly log: LogWatch;
  landed(session: SessionKey): void;
  mayRead(principal: Principal, session: string): boolean;
  onServerError(server: string, record: ErrorRecord): void;
  /** A living server has said this. */
  onAnswer(answer: CommandAnswer): void;
}
