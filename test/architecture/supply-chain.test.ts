/** What an install of ours brings along, and what it may do: read from the manifests and the lockfile themselves. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const PACKAGES = ["proto", "packages/client", "packages/react", "packages/server-node"];
/** The published ones without a widget in them. */
const CORE = ["proto", "packages/client", "packages/server-node"];

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
}

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

function manifest(folder: string): Manifest {
  // CAST: npm's own file.
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

describe("supply chain", () => {
  it.each([".", ...PACKAGES])("X37 installing %s runs nothing", (folder) => {
    const scripts = Object.keys(manifest(folder).scripts ?? {});
    expect(scripts.filter((name) => /^(pre|post)?install$|^prepare$|^prepublish$/.test(name))).toEqual([]);
  });

  it.each(CORE)("X37 %s brings at most three packages of others", (folder) => {
    const others = Object.keys(manifest(folder).dependencies ?? {}).filter(
      (name) => !name.startsWith("@sessionstream/"),
    );
    expect(others.length).toBeLessThanOrEqual(3);
  });

  it("X37 the lockfile names no registry, and every package by its hash", () => {
    // CAST: npm's own file.
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      readonly packages: Readonly<Record<string, Locked>>;
    };
    const locked = Object.entries(packages).filter(
      ([path, { link }]) => path.includes("node_modules/") && link !== true,
    );
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(locked.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true)).toEqual([]);
  });

  it("X38 what the project is built and tested with is pinned", () => {
    const { devDependencies = {} } = manifest(".");
    expect(Object.entries(devDependencies).filter(([, range]) => !/^\d+\.\d+\.\d+/.test(range))).toEqual([]);
  });

  it("X38 versions with faults that matter here are out of range: ws before bounded fragments, protobuf before bounded depth", () => {
    expect(manifest("packages/server-node").peerDependencies?.["ws"]).toMatch(/^\^8\.(2[1-9]|[3-9]\d)\./);
    expect(manifest("proto").dependencies?.["@bufbuild/protobuf"]).toMatch(/^\^2\.1[3-9]\./);
  });
});
