/** Owns one run of one case: a fresh store, the ability it needs, disposal. Knows no test runner. */
import {
  isRedactable,
  isRetention,
  isShared,
  type MessageStorageAdapter,
  type SharedMessageStorage,
} from "../../storage/contract.ts";
import type { Abilities, AbilityName, Missing, OpenStore, StorageHarness } from "./harness.ts";
import type { StorageCase } from "./storage-case.ts";

const ABILITIES: readonly AbilityName[] = ["reopen", "process", "faults", "shared", "retention", "redaction"];
/** Why an ability is missing that a harness need not speak of. */
const UNSAID: Readonly<Partial<Record<AbilityName, Missing>>> = {
  shared: { missing: "the storage is not shared" },
  retention: { missing: "the storage keeps every event" },
  redaction: { missing: "the storage cannot erase what an event said" },
};

/** A bound for what hangs, wide enough for the largest cases against a distant database on a busy machine. */
export const CASE_TIMEOUT_MS = 120_000;

/** Why this harness cannot run the case; `null` when it can. */
export function skipReason<Store extends OpenStore>(item: StorageCase, harness: StorageHarness<Store>): string | null {
  if (item.needs === undefined) return null;
  return missing(harness, item.needs)?.missing ?? null;
}

/** @throws whatever the case found wrong, or an error when the harness lacks what it needs */
export async function runStorageCase<Store extends OpenStore>(
  item: StorageCase,
  harness: StorageHarness<Store>,
): Promise<void> {
  const store = await harness.open();
  try {
    await runOn(store, item, harness);
  } finally {
    await store.dispose();
  }
}

function runOn<Store extends OpenStore>(
  store: Store,
  item: StorageCase,
  harness: StorageHarness<Store>,
): Promise<void> {
  const { reopen, process, faults } = harness;
  if (item.needs === undefined) {
    return item.run(store.storage, new Set(ABILITIES.filter((name) => missing(harness, name) === null)));
  }
  switch (item.needs) {
    case "reopen":
      return item.run(store.storage, () => present(reopen)(store));
    case "process":
      return item.run(store.storage, () => present(process)(store));
    case "faults":
      return item.run(store.storage, present(faults)(store));
    case "shared":
      return item.run(store.storage, sharing(store, harness));
    case "retention":
      return item.run(store.storage, as("retention", isRetention, store.storage));
    case "redaction":
      return item.run(store.storage, as("redaction", isRedactable, store.storage));
  }
}

function missing<Store extends OpenStore>(harness: StorageHarness<Store>, name: AbilityName): Missing | null {
  const ability = harness[name] ?? UNSAID[name];
  return typeof ability === "object" && "missing" in ability ? ability : null;
}

function sharing<Store extends OpenStore>(store: Store, harness: StorageHarness<Store>): Abilities["shared"] {
  const reopen = present(harness.reopen);
  return {
    storage: as<SharedMessageStorage>("shared", isShared, store.storage),
    reopen: async () => as<SharedMessageStorage>("shared", isShared, await reopen(store)),
  };
}

function as<Able extends MessageStorageAdapter>(
  ability: AbilityName,
  isAble: (storage: MessageStorageAdapter) => storage is Able,
  storage: MessageStorageAdapter,
): Able {
  if (isAble(storage)) return storage;
  throw new Error(`This harness says that the storage has the ability ${ability}; the storage says it has not`);
}

function present<Ability extends (...input: never[]) => unknown>(
  ability: Ability | { readonly missing: string },
): Ability {
  if ("missing" in ability) throw new Error(`This harness cannot run the case: ${ability.missing}`);
  return ability;
}
