/**
 * Owns what `--storage` and `--modules` name: a SQLite file, a PostgreSQL, or modules of the app's that export their own.
 * Drivers are loaded when they are asked for.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SessionStreamError } from "@sessionstream/protocol";
import { chat } from "../../chat/chat.ts";
import type { HubModule } from "../../hub/hub-module.ts";
import type { MessageStorageAdapter } from "../../storage/contract.ts";

export interface OperatedTarget {
  readonly storage: MessageStorageAdapter;
  readonly modules: readonly HubModule[];
  close(): Promise<void>;
}

export interface TargetNames {
  readonly storage: string;
  readonly modules: string | undefined;
}

export async function openTarget({ storage, modules }: TargetNames): Promise<OperatedTarget> {
  // First: what cannot be loaded leaves nothing open.
  const named = modules === undefined ? undefined : modulesOf(await load(modules), modules);
  const opened = await openStorage(storage);
  return { ...opened, modules: named ?? opened.modules ?? [chat({ engine: neverAsked })] };
}

interface OpenedStorage {
  readonly storage: MessageStorageAdapter;
  readonly modules: readonly HubModule[] | undefined;
  close(): Promise<void>;
}

async function openStorage(name: string): Promise<OpenedStorage> {
  if (name.startsWith("sqlite:")) return openSqlite(name.slice("sqlite:".length));
  if (/^postgres(ql)?:\/\//.test(name)) return openPostgres(name);
  return openModule(name);
}

async function openSqlite(path: string): Promise<OpenedStorage> {
  const { existsSync } = await import("node:fs");
  // A typing mistake must not become an empty database.
  if (!existsSync(path)) {
    const message = `There is no file ${path}. To import into a new database, make an empty file of that name first.`;
    throw new SessionStreamError("invalid_options", message);
  }
  const { sqliteStorage } = await import("../../storage/sqlite/index.ts");
  // Its server may be running: this is another process.
  const storage = sqliteStorage({ path, shared: true });
  return { storage, modules: undefined, close: () => storage.close() };
}

async function openPostgres(connectionString: string): Promise<OpenedStorage> {
  const { default: pg } = await import("pg");
  const { postgresStorage } = await import("../../storage/postgres/index.ts");
  const pool = new pg.Pool({ connectionString, max: 4 });
  // Of connections that are idle: the pool makes others, or what asks for one is told.
  pool.on("error", () => undefined);
  try {
    const storage = await postgresStorage({ pool });
    const close = async () => {
      await storage.close();
      await pool.end();
    };
    return { storage, modules: undefined, close };
  } catch (error) {
    // Else its idle connections would keep the command from ending.
    await pool.end();
    throw error;
  }
}

/** What Node takes for a module by its name. */
const MODULE_NAME = /\.[cm]?[jt]sx?$/;

async function openModule(name: string): Promise<OpenedStorage> {
  const loaded = await load(name).catch((error: unknown) => {
    throw MODULE_NAME.test(name) ? error : noStorage(name, error);
  });
  const modules = loaded["modules"] === undefined ? undefined : modulesOf(loaded, name);
  const given = loaded["storage"] ?? loaded["default"];
  // CAST: what the module exports under these names is the app's promise; what is called is checked below.
  const storage = (typeof given === "function" ? await given() : await given) as MessageStorageAdapter | undefined;
  if (typeof storage?.load !== "function" || typeof storage.commit !== "function") {
    const message = `${name} exports no storage: export an adapter, or a function that opens one, as "storage" or default.`;
    throw new SessionStreamError("invalid_options", message);
  }
  return { storage, modules, close: () => storage.close() };
}

function noStorage(name: string, cause: unknown): SessionStreamError {
  const file = /^\w{2,}:/.test(name) ? "chat.db" : name;
  const message = `${name} is no storage: write sqlite:${file} for a SQLite file, postgres://… for PostgreSQL, or name a module.`;
  return new SessionStreamError("invalid_options", message, { cause });
}

function modulesOf(loaded: Readonly<Record<string, unknown>>, name: string): readonly HubModule[] {
  const modules = loaded["modules"] ?? loaded["default"];
  if (!Array.isArray(modules)) {
    throw new SessionStreamError(
      "invalid_options",
      `${name} exports no modules: export the hub's modules as "modules".`,
    );
  }
  // CAST: as above; the hub's registry checks each of them.
  return modules as readonly HubModule[];
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    // CAST: a module is an object of its exports.
    return (await import(pathToFileURL(resolve(path)).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SessionStreamError("invalid_options", `${path} cannot be loaded: ${reason}`, { cause });
  }
}

/** An operator's hub starts no run. */
async function* neverAsked(): AsyncGenerator<never> {
  yield* [];
}
