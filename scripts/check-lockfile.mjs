// Fails when the lockfile would not install on another platform, or says where its packages came from.
// npm writes a lockfile without the platform binaries a registry happens to lack, and says nothing; the next `npm ci`, or
// another operating system, then fails. So every optional dependency of every locked package must itself be locked.
import { readFileSync } from "node:fs";
import semver from "semver";

const { packages } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));

/** Node's lookup: the nearest node_modules on the way up from the package at `path`. */
function locate(path, name) {
  for (let folder = path; ; ) {
    const found = packages[folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`];
    if (found !== undefined || folder === "") return found;
    const parent = folder.lastIndexOf("/node_modules/");
    folder = parent === -1 ? "" : folder.slice(0, parent);
  }
}

const problems = [];
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const locked = locate(path, name);
    if (locked === undefined) problems.push(`${path}: optional dependency ${name}@${range} is not locked`);
    else if (!semver.satisfies(locked.version, range, { includePrerelease: true })) {
      problems.push(`${path}: optional dependency ${name}@${range} is locked at ${locked.version}`);
    }
  }
  if (entry.link === true || !path.includes("node_modules/")) continue;
  if (entry.resolved !== undefined) problems.push(`${path}: the lockfile names the address ${entry.resolved}`);
  if (entry.integrity === undefined && entry.inBundle !== true) problems.push(`${path}: no integrity`);
}

if (problems.length > 0) {
  console.error(`package-lock.json:\n  ${problems.join("\n  ")}`);
  console.error(
    "Pin a version whose platform packages are all published, delete node_modules and the lockfile, npm install.",
  );
  process.exit(1);
}
