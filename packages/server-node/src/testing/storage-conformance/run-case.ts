/** Owns one run of one case: a fresh store, the ability it needs, disposal. Knows no test runner. */
import type { AbilityName, OpenStore, StorageHarness } from "./harness.ts";
import type { StorageCase } from "./storage-case.ts";

const ABILITIES: readonly AbilityName[] = ["reopen", "process", "faults"];

/** Why this harness cannot run the case; `null` when it can. */
export function skipReason<Store extends OpenStore>(item: StorageCase, harness: StorageHarness<Store>): string | null {
  if (item.needs === undefined) return null;
  const ability = harness[item.needs];
  return "missing" in ability ? ability.missing : null;
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
    return item.run(store.storage, new Set(ABILITIES.filter((name) => !("missing" in harness[name]))));
  }
  switch (item.needs) {
    case "reopen":
      return item.run(store.storage, () => present(reopen)(store));
    case "process":
      return item.run(store.storage, () => present(process)(store));
    case "faults":
      return item.run(store.storage, present(faults)(store));
  }
}

function present<Ability extends (...input: never[]) => unknown>(
  ability: Ability | { readonly missing: string },
): Ability {
  if ("missing" in ability) throw new Error(`This harness cannot run the case: ${ability.missing}`);
  return ability;
}
