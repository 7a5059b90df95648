/**
 * Owns the pairing of identities: a hub mints epochs, views and tags of its own, so frames are compared in the script's
 * words. One to one: what the script tells apart must be apart here, and what is the same there the same here.
 */
import type { ClientFrameJson, ServerFrameJson } from "@sessionstream/protocol";

const FIELDS = ["epoch", "view", "tag"] as const;

export class Identities {
  readonly #ours = new Map<string, string>();
  readonly #theirs = new Map<string, string>();

  /** `frame` in the words of the script, where it says something at the place of `scripted`. */
  inScript(frame: ServerFrameJson, scripted: ServerFrameJson): ServerFrameJson {
    const arm = frame.snapshot !== undefined ? "snapshot" : "timeline";
    const [produced, wanted] = [frame[arm], scripted[arm]];
    if (produced === undefined || wanted === undefined) return frame;
    const renamed: Record<string, unknown> = { ...produced };
    for (const field of FIELDS) {
      const ours: unknown = Reflect.get(produced, field);
      const theirs: unknown = Reflect.get(wanted, field);
      if (typeof ours === "string" && typeof theirs === "string") renamed[field] = this.#pair(field, ours, theirs);
    }
    return { [arm]: renamed };
  }

  /** A client's frame of the script with the hub's own identities. */
  inHub({ subscribe, ...rest }: ClientFrameJson): ClientFrameJson {
    if (subscribe === undefined) return rest;
    const renamed: Record<string, unknown> = { ...subscribe };
    for (const field of FIELDS) {
      const theirs = subscribe[field];
      if (theirs !== undefined) renamed[field] = this.#ours.get(`${field} ${theirs}`) ?? theirs;
    }
    return { subscribe: renamed };
  }

  #pair(field: string, ours: string, theirs: string): string {
    const [ourKey, theirKey] = [`${field} ${ours}`, `${field} ${theirs}`];
    if (!this.#theirs.has(ourKey) && !this.#ours.has(theirKey)) {
      this.#theirs.set(ourKey, theirs);
      this.#ours.set(theirKey, ours);
    }
    return this.#theirs.get(ourKey) ?? ours;
  }
}
