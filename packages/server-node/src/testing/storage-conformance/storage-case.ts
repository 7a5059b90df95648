/** Owns the shape of a case: data with an id, so that any runner can list, run and report it. */
import type { MessageStorageAdapter } from "../../storage/contract.ts";
import type { Abilities, AbilityName } from "./harness.ts";

interface CaseBase {
  /** The clause of storage/CONTRACT.md that it proves. */
  readonly id: `S-${number}`;
  readonly title: string;
}

/** Runs on any store. */
interface PlainCase extends CaseBase {
  readonly needs?: never;
  run(storage: MessageStorageAdapter, abilities: ReadonlySet<AbilityName>): Promise<void>;
}

type AbleCase = {
  [Name in AbilityName]: CaseBase & {
    readonly needs: Name;
    run(storage: MessageStorageAdapter, ability: Abilities[Name]): Promise<void>;
  };
}[AbilityName];

/** A case; throws when the clause does not hold. */
export type StorageCase = PlainCase | AbleCase;
