import type { SessionKey } from "../../storage/contract.ts";

/** Owns which runs this process is answering, so that a stop reaches the engine. */
export interface RunOwners {
  claim(session: SessionKey, runId: string, stop: () => void): RunClaim;
  /** Stops the run if it is answered here; resolves when its engine let go. */
  stop(session: SessionKey, runId: string): Promise<void>;
}

interface RunClaim {
  release(): void;
}

export function createRunOwners(): RunOwners {
  const owners = new Map<string, { readonly stop: () => void; readonly released: Promise<void> }>();
  const keyOf = (session: SessionKey, runId: string) => JSON.stringify([session.tenant, session.session, runId]);
  return {
    claim(session, runId, stop) {
      const key = keyOf(session, runId);
      let released = () => {};
      const owner = {
        stop,
        released: new Promise<void>((resolve) => {
          released = resolve;
        }),
      };
      owners.set(key, owner);
      return {
        release() {
          // A run that waited for people may go on here before its last owner has quite left.
          if (owners.get(key) === owner) owners.delete(key);
          released();
        },
      };
    },
    async stop(session, runId) {
      const owner = owners.get(keyOf(session, runId));
      owner?.stop();
      await owner?.released;
    },
  };
}
