import { act, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { useOutboxDurability, type WatchedOutbox } from "./use-outbox-durability.ts";

it("F-P5 an app learns when unsent messages are kept in memory only, and when no longer", () => {
  const listeners = new Set<() => void>();
  let durability: WatchedOutbox["durability"] = "device";
  const outbox: WatchedOutbox = {
    get durability() {
      return durability;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const become = (next: WatchedOutbox["durability"]) =>
    act(() => {
      durability = next;
      for (const listener of listeners) listener();
    });
  const Note = () => <p>{useOutboxDurability(outbox)}</p>;

  const { unmount } = render(<Note />);
  screen.getByText("device");
  become("memory");
  screen.getByText("memory");
  become("device");
  screen.getByText("device");
  unmount();
  expect(listeners.size).toBe(0);
});
