/**
 * Owns calling what an app handed in: a promise where an answer was due, a rejection that nobody would hear (it would
 * end the process), an answer that never comes.
 */
import { SessionStreamError } from "@sessionstream/protocol";
import type { HubPlatform } from "./hub-platform.ts";

/** How long `authorize` and its like may take: far longer than they should, far shorter than anybody waits. */
const HOOK_TIMEOUT_MS = 10_000;

/** The answer of a hook that must answer at once. @throws TypeError for a promise. */
export function atOnce<Answer>(answer: Answer, hook: string): Answer {
  if (!(answer instanceof Promise)) return answer;
  hush(answer);
  throw new TypeError(`${hook} must answer at once, and returned a promise`);
}

/** Where a promise itself is the mistake, and told as such: how it ends is nobody's business. */
export function hush(answer: unknown): void {
  if (answer instanceof Promise) answer.catch(() => undefined);
}

/** Calls an observer. What it throws, now or later, goes to `failed`. */
export function tell<Values extends readonly unknown[]>(
  observer: (...values: Values) => unknown,
  values: Values,
  failed: (error: unknown) => void,
): void {
  try {
    const answer = observer(...values);
    if (answer instanceof Promise) answer.catch(failed);
  } catch (error) {
    failed(error);
  }
}

/** The answer of a hook that may take its time. Rejects with `timeout` when it takes too long. */
export function inTime<Answer>(
  answer: Answer | Promise<Answer>,
  hook: string,
  platform: Pick<HubPlatform, "setTimer">,
): Answer | Promise<Answer> {
  if (!(answer instanceof Promise)) return answer;
  return new Promise((resolve, reject) => {
    const cancel = platform.setTimer(HOOK_TIMEOUT_MS, () => {
      reject(new SessionStreamError("timeout", `${hook} did not answer within ${HOOK_TIMEOUT_MS} ms. Try again.`));
    });
    answer.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
