import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts another program of this bundle: they lie side by side. */
export function startProgram(name: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)), args, { execArgv: [] });
}

/** The next thing it says. */
export async function heard<Message>(child: ChildProcess): Promise<Message> {
  const [message] = await once(child, "message");
  // CAST: the programs are ours; each says what its head comment promises.
  return message as Message;
}

/** Says its last word and ends, whatever timers are still running. */
export function sayAndEnd(message: unknown): void {
  const end = () => process.exit(0);
  if (process.send === undefined) end();
  else process.send(message, end);
}
