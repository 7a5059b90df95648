/**
 * Owns the way of a request and its answer: late, lost, twice, or with nobody at the other end. What is answered with
 * success is noted where it is said, for that is where it has to be true.
 */
import type { Principal } from "@sessionstream/server-node";
import type { Surroundings } from "../run/surroundings.ts";
import { type HubProcess, userHeader } from "../server/hub-process.ts";
import type { Random } from "../time/random.ts";

export interface HttpOptions {
  readonly surroundings: Surroundings;
  readonly random: Random;
  readonly principal: Principal;
  readonly isOnline: () => boolean;
  readonly whenAwake: (callback: () => void) => void;
  /** Which process the request reaches; `null`: none. */
  readonly route: (path: string) => HubProcess | null;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

export function faultyFetch(options: HttpOptions): typeof fetch {
  const { surroundings, random, principal, isOnline, whenAwake, route } = options;
  const { clock, faults, judge } = surroundings;
  let requests = 0;

  const sleep = () => {
    const detour = random.chance(faults.rate("delay")) ? random.int(50, 3_000) : 0;
    return new Promise<void>((resolve) => clock.after(random.int(1, 30) + detour, resolve));
  };

  /** One arrival at a server. `null`: no answer comes back. */
  async function deliver(name: string, url: string, init: RequestInit): Promise<Answer | null> {
    const server = route(new URL(url).pathname);
    if (server === null || server.state === "dead") return null;
    await Promise.race([server.awake(), server.died]);
    const headers = new Headers(init.headers);
    headers.set("x-user", userHeader(principal));
    const { method = "GET", body } = init;
    const request = new Request(url, { method, headers, ...(typeof body === "string" ? { body } : {}) });
    const answered = server.http(request).then(async (response) => {
      const answer = { status: response.status, text: await response.text() };
      if (server.state === "dead") return null;
      judge.tell(() => `  ${name} ${server.name} answers ${answer.status} ${answer.text.slice(0, 200)}`);
      surroundings.onAnswer({ principal, url, body: typeof body === "string" ? body : "", ...answer });
      return answer;
    });
    return Promise.race([answered, server.died.then(() => null)]);
  }

  async function exchange(name: string, url: string, init: RequestInit): Promise<Response> {
    judge.tell(
      () => `  ${name} ${init.method} ${new URL(url).pathname} ${typeof init.body === "string" ? init.body : ""}`,
    );
    if (!isOnline()) throw new TypeError("offline");
    const lost = random.chance(faults.rate("requestLost"));
    const twice = random.chance(faults.rate("requestTwice"));
    await sleep();
    if (lost) {
      judge.tell(() => `  ${name} lost on the way`);
      throw new TypeError("the request was lost");
    }
    if (twice) clock.after(random.int(1, 4_000), () => void deliver(`${name} again`, url, init));
    const answer = await deliver(name, url, init);
    await sleep();
    await new Promise<void>((resolve) => whenAwake(resolve));
    if (answer === null || random.chance(faults.rate("answerLost"))) {
      judge.tell(() => `  ${name} has no answer`);
      throw new TypeError("no answer came");
    }
    return new Response(answer.text, { status: answer.status, headers: { "content-type": "application/json" } });
  }

  return async (input, init = {}) => {
    requests += 1;
    const name = `${userHeader(principal)} request ${requests}`;
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    });
    aborted.catch(() => undefined);
    return Promise.race([exchange(name, String(input), init), aborted]);
  };
}
