import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts another program of this bundle: they lie side by side. */
export function startProgram(name: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)), args, { execArgv: [] });
}

/** The next thing it says. Rejects when it ends without a word. */
export async function heard<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const silent = once(child, "exit", { signal: ended.signal }).then(([code]) => {
    throw new Error(`a program ended with code ${code} and said nothing`);
  });
  const said = once(child, "message", { signal: ended.signal });
  try {
    const [message] = await Promise.race([said, silent]);
    // CAST: the programs are ours; each says what its head comment promises.
    return message as Message;
  } finally {
    said.catch(() => {});
    silent.catch(() => {});
    ended.abort();
  }
}

/** Says its last word and ends, whatever timers are still running. */
export function sayAndEnd(message: unknown): void {
  const end = () => process.exit(0);
  if (process.send === undefined) end();
  else process.send(message, end);
}
