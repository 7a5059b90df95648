import { describe, expect, it } from "vitest";
import { readSourceFiles, runtimeClosure, type SourceFile } from "./source-imports.ts";

const files = readSourceFiles();

interface Rule {
  readonly title: string;
  readonly from: RegExp;
  /** Targets (paths of ours or package specifiers) that must not be imported. */
  readonly forbidden: RegExp;
  /** Type-only imports are allowed. */
  readonly exceptTypes?: boolean;
  readonly except?: (file: SourceFile, target: string) => boolean;
}

const testing = /\/testing\//;

const RULES: readonly Rule[] = [
  { title: "proto imports nothing of ours", from: /^proto\//, forbidden: /^(packages\/|@sessionstream\/)/ },
  {
    title: "client never imports server-node",
    from: /^packages\/client\//,
    forbidden: /^(packages\/(server-node|react)\/|@sessionstream\/(server-node|react))/,
  },
  {
    title: "server-node never imports client",
    from: /^packages\/server-node\//,
    forbidden: /^(packages\/(client|react)\/|@sessionstream\/(client|react))/,
  },
  {
    title: "K41 client imports no UI library",
    from: /^packages\/client\//,
    forbidden: /^(react|react-dom|@tanstack\/|vue|svelte|preact)(\/|$)/,
  },
  {
    title: "client carries no protobuf runtime",
    from: /^packages\/client\//,
    forbidden: /^(@bufbuild\/|@sessionstream\/protocol\/(codec|sessionstream\/v1|chat\/v1)$)/,
    exceptTypes: true,
    except: (file) => testing.test(file.path),
  },
  {
    title: "react imports only public names of client",
    from: /^packages\/react\//,
    forbidden: /^packages\/(client|server-node)\//,
  },
  {
    title: "only the devtools import the devtools",
    from: /^packages\/react\/src\/(?!devtools)/,
    forbidden: /^packages\/react\/src\/devtools/,
  },
  { title: "react knows no server", from: /^packages\/react\//, forbidden: /^@sessionstream\/server-node/ },
  {
    title: "Q06 substrate knows no chat",
    from: /^packages\/server-node\/src\/(hub|storage|fan-out|projection|event|command|effect|platform|transport\/ws)\//,
    forbidden: /^(packages\/server-node\/src\/(chat|engines)\/|@sessionstream\/protocol\/chat\/v1)/,
  },
  {
    title: "L11 core imports no node: module",
    from: /^packages\/server-node\/src\/(hub|fan-out|projection|event|command|effect)\/|^packages\/client\/src\/(session|timeline|decode|thread|backend|command)\/|^proto\/src\//,
    // Measuring a text is no effect.
    forbidden: /^node:(?!buffer$)/,
    except: (file) => testing.test(file.path),
  },
  {
    title: "storage adapters import neither the hub nor each other",
    from: /^packages\/server-node\/src\/storage\//,
    forbidden: /^packages\/server-node\/src\/(hub|fan-out|chat|transport)\//,
  },
  {
    title: "doorbells import neither the hub nor a storage",
    from: /^packages\/server-node\/src\/doorbell\//,
    forbidden: /^packages\/server-node\/src\/(hub|storage|fan-out|chat|transport)\//,
    exceptTypes: true,
    except: (file) => /\.test\.ts$/.test(file.path),
  },
  {
    title: "storage/sqlite does not import storage/memory",
    from: /^packages\/server-node\/src\/storage\/sqlite\//,
    forbidden: /\/storage\/memory\//,
  },
  {
    title: "the hub imports no adapter and no transport",
    from: /^packages\/server-node\/src\/hub\//,
    forbidden: /^packages\/server-node\/src\/(storage\/(sqlite|postgres)|transport|chat|engines)\//,
  },
  {
    title: "client session does not import wire or timeline",
    from: /^packages\/client\/src\/session\//,
    forbidden: /^packages\/client\/src\/(wire|timeline)\//,
    exceptTypes: true,
  },
  {
    title: "client timeline does not import wire, session or thread",
    from: /^packages\/client\/src\/timeline\//,
    forbidden: /^packages\/client\/src\/(wire|session|thread)\//,
    exceptTypes: true,
  },
  {
    title: "client wire imports no later stage",
    from: /^packages\/client\/src\/wire\//,
    forbidden: /^packages\/client\/src\/(decode|session|timeline|thread|backend)\//,
  },
  {
    title: "nothing imports testing but testing",
    from: /^(proto|packages)\//,
    forbidden: testing,
    except: (file) => testing.test(file.path),
  },
];

describe("Q06 dependency direction", () => {
  it.each(RULES)("$title", (rule) => {
    const sources = files.filter((file) => rule.from.test(file.path));
    expect(sources.length).toBeGreaterThan(0);
    const broken = sources.flatMap((file) =>
      file.imports
        .filter(
          (edge) =>
            rule.forbidden.test(edge.target) &&
            !(rule.exceptTypes && edge.typeOnly) &&
            !rule.except?.(file, edge.target),
        )
        .map((edge) => `${file.path} → ${edge.target}`),
    );
    expect(broken).toEqual([]);
  });
});

const MAIN_ENTRIES: readonly { entry: string; allowed: RegExp }[] = [
  { entry: "proto/src/index.ts", allowed: /^$/ },
  { entry: "packages/client/src/index.ts", allowed: /^(@sessionstream\/protocol|immer)$/ },
  {
    entry: "packages/react/src/index.ts",
    allowed: /^(react|react\/jsx-runtime|react-dom|@sessionstream\/(client|protocol))$/,
  },
  {
    entry: "packages/server-node/src/index.ts",
    allowed: /^(@sessionstream\/protocol(\/codec|\/sessionstream\/v1)?|@bufbuild\/protobuf(\/.*)?|node:.*)$/,
  },
];

describe("main entries are free of optional peers", () => {
  it.each(MAIN_ENTRIES)("$entry", ({ entry, allowed }) => {
    const { packages } = runtimeClosure(files, entry);
    expect([...packages].filter((name) => !allowed.test(name))).toEqual([]);
  });
});
