import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createOutboundBudget, type OutboundAccount } from "./outbound-budget.ts";

describe("what waits to leave the process", () => {
  it("X33 the largest debtor goes first, and nobody else than needed", () => {
    const budget = createOutboundBudget(100);
    const shed: string[] = [];
    const open = (name: string) => budget.open(() => shed.push(name));
    const [small, large, middle] = [open("small"), open("large"), open("middle")];
    small.changed(10);
    large.changed(60);
    middle.changed(30);
    expect(shed).toEqual([]);
    small.changed(11);
    expect(shed).toEqual(["large"]);
    middle.changed(90);
    expect(shed).toEqual(["large", "middle"]);
  });

  it("X33 newcomers wait while most of it is used", () => {
    const budget = createOutboundBudget(100);
    const account = budget.open(() => {});
    account.changed(75);
    expect(budget.isTight()).toBe(false);
    account.changed(76);
    expect(budget.isTight()).toBe(true);
    account.close();
    account.changed(99);
    expect(budget.isTight()).toBe(false);
  });

  it("X33 whatever comes and goes, the sum of those who stay is under the ceiling", () => {
    const change = fc.record({ who: fc.nat(5), bytes: fc.nat(80), closes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 100 }), (changes) => {
        const budget = createOutboundBudget(100);
        const held = new Map<number, number>();
        const accounts = new Map<number, OutboundAccount>();
        const open = (who: number) => {
          const account = budget.open(() => {
            held.delete(who);
            accounts.delete(who);
          });
          accounts.set(who, account);
          return account;
        };
        for (const { who, bytes, closes } of changes) {
          const account = accounts.get(who) ?? open(who);
          held.set(who, bytes);
          account.changed(bytes);
          if (closes) {
            account.close();
            held.delete(who);
            accounts.delete(who);
          }
          expect([...held.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
