/**
 * Owns what the hub knows of its modules: four namespaces (commands, events, kinds, projections), checked once and then
 * fixed. A name may occur in several namespaces, never twice in one.
 */
import { isEntityKind, SessionStreamError } from "@sessionstream/protocol";
import { createPayloadRegistry, type PayloadRegistry } from "@sessionstream/protocol/codec";
import type { CommandType } from "../command/define-command.ts";
import type { DueEffect } from "../effect/effect.ts";
import type { EventType } from "../event/define-event.ts";
import { atOnce } from "../platform/hooks.ts";
import { sha256 } from "../platform/sha256.ts";
import type { EntityKind } from "../projection/define-entity-kind.ts";
import type { Project, Projection } from "../projection/define-projection.ts";
import type { SessionView } from "../projection/view.ts";
import type { HubModule } from "./hub-module.ts";
import { findBrokenStep } from "./read-payload.ts";

interface ProjectionHandler {
  readonly projection: RegisteredProjection;
  readonly project: Project<EventType["schema"]>;
}

export interface RegisteredProjection {
  readonly name: string;
  /** `name@version`: what an event row says when this projection skipped it. */
  readonly stamp: string;
  /** Names of the kinds it alone writes. */
  readonly writes: ReadonlySet<string>;
}

export interface HubRegistry {
  readonly commands: ReadonlyMap<string, CommandType>;
  readonly events: ReadonlyMap<string, EventType>;
  readonly kinds: ReadonlyMap<string, EntityKind>;
  /** By event name, in the order of registration: it decides `createdIndex`. */
  readonly handlers: ReadonlyMap<string, readonly ProjectionHandler[]>;
  readonly payloads: PayloadRegistry;
  /** Identity of the projections: the part of a view's name that does not count rebuilds. */
  readonly projectionsId: string;
  readonly due: readonly { readonly module: string; due(view: SessionView): readonly DueEffect[] }[];
}

/** @throws SessionStreamError `invalid_options`, naming what is wrong. */
export function createHubRegistry(modules: readonly HubModule[]): HubRegistry {
  const commands = new Map<string, CommandType>();
  const events = new Map<string, EventType>();
  const kinds = new Map<string, EntityKind>();
  for (const module of modules) {
    for (const command of module.commands) addNamed("command", commands, command.name, command);
    for (const event of module.events) addNamed("event", events, event.name, event);
    for (const kind of module.kinds) addKind(kinds, kind);
  }
  for (const command of commands.values()) {
    if (typeof command.decide !== "function") throw invalid(`command "${command.name}" has no decide function`);
  }
  const projections = modules.flatMap((module) => module.projections);
  const handlers = registerProjections(projections, { events, kinds });
  const evolving = [...events.values(), ...kinds.values()];
  for (const type of evolving) checkUpcasters(type);
  const schemas = [
    ...[...commands.values(), ...evolving].map(({ schema }) => schema),
    ...evolving.flatMap(({ upcasters }) => upcasters.flatMap(({ from, to }) => [from, to])),
  ];
  return Object.freeze({
    commands,
    events,
    kinds,
    handlers,
    payloads: createPayloadRegistry(schemas),
    projectionsId: sha256(projections.map(stampOf).join("\n")).slice(0, 16),
    due: modules.map((module) => ({ module: module.name, due: (view: SessionView) => named(module, view) })),
  });
}

function registerProjections(
  projections: readonly Projection[],
  known: { readonly events: ReadonlyMap<string, EventType>; readonly kinds: ReadonlyMap<string, EntityKind> },
): Map<string, ProjectionHandler[]> {
  const names = new Set<string>();
  const writers = new Map<string, string>();
  const handlers = new Map<string, ProjectionHandler[]>();
  for (const projection of projections) {
    const { name, version } = projection;
    if (name === "") throw invalid("a projection has no name");
    if (names.has(name)) throw invalid(`projection "${name}" is registered twice`);
    if (!Number.isInteger(version) || version < 0) throw invalid(`projection "${name}" has no whole version number`);
    names.add(name);
    for (const kind of projection.writes) {
      if (known.kinds.get(kind.kind) !== kind) {
        throw invalid(`projection "${name}" writes kind "${kind.kind}", which no module registers`);
      }
      const writer = writers.get(kind.kind);
      if (writer !== undefined) throw invalid(`kind "${kind.kind}" is written by both "${writer}" and "${name}"`);
      writers.set(kind.kind, name);
    }
    registerHandlers(projection, known.events, handlers);
  }
  return handlers;
}

function registerHandlers(
  projection: Projection,
  events: ReadonlyMap<string, EventType>,
  handlers: Map<string, ProjectionHandler[]>,
): void {
  const registered: RegisteredProjection = {
    name: projection.name,
    stamp: stampOf(projection),
    writes: new Set(projection.writes.map(({ kind }) => kind)),
  };
  const handled = new Set<string>();
  for (const { event, project } of projection.on) {
    if (events.get(event.name) !== event) {
      throw invalid(`projection "${projection.name}" handles event "${event.name}", which no module registers`);
    }
    if (handled.has(event.name)) throw invalid(`projection "${projection.name}" handles "${event.name}" twice`);
    handled.add(event.name);
    handlers.set(event.name, [...(handlers.get(event.name) ?? []), { projection: registered, project }]);
  }
}

function named(module: HubModule, view: SessionView): readonly DueEffect[] {
  const effects = atOnce(module.due(view), `\`due\` of module "${module.name}"`);
  if (Array.isArray(effects)) return effects;
  throw new TypeError(`\`due\` of module "${module.name}" must return an array`);
}

function stampOf({ name, version }: Projection): string {
  return `${name}@${version}`;
}

function checkUpcasters(type: EventType | EntityKind): void {
  const problem = findBrokenStep(type);
  if (problem !== null) throw invalid(`${"kind" in type ? `kind "${type.kind}"` : `event "${type.name}"`} ${problem}`);
}

function addKind(kinds: Map<string, EntityKind>, kind: EntityKind): void {
  if (!isEntityKind(kind.kind)) {
    throw invalid(`"${kind.kind}" is no name of a kind: use a letter, then at most 63 of A-Z a-z 0-9 _ . -`);
  }
  addNamed("kind", kinds, kind.kind, kind);
}

function addNamed<Type extends { readonly schema: unknown }>(
  namespace: string,
  registered: Map<string, Type>,
  name: string,
  type: Type,
): void {
  if (name === "") throw invalid(`a ${namespace} has no name`);
  if (type.schema === undefined || type.schema === null) throw invalid(`${namespace} "${name}" has no schema`);
  if (registered.has(name)) throw invalid(`${namespace} "${name}" is registered twice`);
  registered.set(name, Object.freeze(type));
}

function invalid(problem: string): SessionStreamError {
  return new SessionStreamError("invalid_options", `A hub cannot be made of these modules: ${problem}`);
}
