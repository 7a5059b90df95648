/** Owns a messages table whose appends fail when they are told to. */
import type { MessageRowStore } from "@sessionstream/protocol/message-rows";

export interface FailingRows {
  readonly store: MessageRowStore;
  /** Fails `times` appends, once `after` more have succeeded. `butStore`: the row is there, the answer is lost. */
  failNext(times: number, how?: { readonly after?: number; readonly butStore?: boolean }): void;
  /** Keys in the order in which they were tried. */
  appends(): readonly string[];
}

export function failingRows(inner: MessageRowStore): FailingRows {
  const tried: string[] = [];
  let spared = 0;
  let failures = 0;
  let stores = false;
  return {
    store: {
      ...inner,
      async appendMessage(row) {
        tried.push(row.key);
        const fails = spared === 0 && failures > 0;
        if (fails) failures -= 1;
        else spared = Math.max(0, spared - 1);
        if (!fails || stores) await inner.appendMessage(row);
        if (fails) throw new Error("the table is away");
      },
    },
    failNext(times, { after = 0, butStore = false } = {}) {
      [failures, spared, stores] = [times, after, butStore];
    },
    appends: () => tried,
  };
}
