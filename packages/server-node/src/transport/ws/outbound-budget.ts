/**
 * Owns what all connections together may have waiting to leave (X33). Over the ceiling the largest debtor goes, then the
 * next: those who read are not hurt by those who do not. Knows numbers only.
 */
export interface OutboundAccount {
  changed(queuedBytes: number): void;
  close(): void;
}

export interface OutboundBudget {
  /** @param shed ends the debtor, which closes its account. */
  open(shed: () => void): OutboundAccount;
  /** Most of the ceiling is used: no time for newcomers. */
  isTight(): boolean;
}

interface Debtor {
  readonly shed: () => void;
  bytes: number;
  /** Asked for every frame of everybody: looking it up among the debtors costs more than the frame. */
  isOpen: boolean;
}

const TIGHT = 3 / 4;

export function createOutboundBudget(maxBytes: number): OutboundBudget {
  const debtors = new Set<Debtor>();
  let total = 0;

  function settle(debtor: Debtor, bytes: number): void {
    total += bytes - debtor.bytes;
    debtor.bytes = bytes;
  }

  function shedDown(): void {
    while (total > maxBytes) {
      let largest: Debtor | null = null;
      for (const debtor of debtors) if (debtor.bytes > (largest?.bytes ?? 0)) largest = debtor;
      if (largest === null) return;
      close(largest);
      largest.shed();
    }
  }

  function close(debtor: Debtor): void {
    debtor.isOpen = false;
    debtors.delete(debtor);
    settle(debtor, 0);
  }

  return {
    open(shed) {
      const debtor: Debtor = { shed, bytes: 0, isOpen: true };
      debtors.add(debtor);
      return {
        changed(queuedBytes) {
          if (!debtor.isOpen) return;
          settle(debtor, queuedBytes);
          if (total > maxBytes) shedDown();
        },
        close: () => close(debtor),
      };
    },
    isTight: () => total > maxBytes * TIGHT,
  };
}
