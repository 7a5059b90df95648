/**
 * Owns listening at the port between a client and its server: what comes in, what goes out, how it ended. Any backend can
 * be watched; none is changed. What it records is `describe-…`'s to say.
 */
import type { ChatBackend, CommandSubmission, SessionObserver } from "@sessionstream/client";
import { describeError } from "./describe-error.ts";
import { describeUpdate } from "./describe-update.ts";
import type { EventLog } from "./event-log.ts";

export function watchBackend(backend: ChatBackend, log: EventLog): ChatBackend {
  return {
    open: (session, observer, from) => backend.open(session, watchObserver(observer, session, log), from),
    async submit(command, signal) {
      const { session } = command;
      log.record({ family: "command", type: "submit", session, facts: factsOf(command), raw: command.payload });
      try {
        const receipt = await backend.submit(command, signal);
        const facts = { ...factsOf(command), epoch: receipt.epoch, ordinal: `${receipt.ordinal}` };
        log.record({ family: "command", type: "accepted", session, facts });
        return receipt;
      } catch (error) {
        // Who leaves the page takes a command's wait along, and not the command.
        const family = signal.aborted ? "command" : "error";
        const type = signal.aborted ? "left" : "not-sent";
        log.record({ family, type, session, facts: { ...factsOf(command), ...describeError(error) }, raw: error });
        throw error;
      }
    },
    close: () => backend.close(),
  };
}

function factsOf({ name, commandId }: CommandSubmission) {
  return { command: name, commandId };
}

function watchObserver(observer: SessionObserver, session: string, log: EventLog): SessionObserver {
  return {
    apply(update) {
      const result = observer.apply(update);
      const { family, type, facts } = describeUpdate(update);
      const outcome = result === "applied" ? {} : { result };
      log.record({ family, type, session, facts: { ...facts, ...outcome }, raw: update });
      return result;
    },
    connection(status) {
      observer.connection(status);
      if (status.type === "failed") {
        const facts = describeError(status.error);
        log.record({ family: "error", type: "connection-failed", session, facts, raw: status.error });
        return;
      }
      const { type, ...facts } = status;
      log.record({ family: "connection", type, session, facts });
    },
    hydration(status) {
      observer.hydration(status);
      if (status.type === "failed") {
        const facts = describeError(status.error);
        log.record({ family: "error", type: "load-failed", session, facts, raw: status.error });
        return;
      }
      log.record({ family: "state", type: status.type, session, facts: {} });
    },
  };
}
