/**
 * Owns which file systems a SQLite file must not lie on: those that other machines write too. Their locks and shared
 * memory do not reach from one machine to the other, and a write-ahead log needs both.
 */
import { statfsSync } from "node:fs";
import { SessionStreamError } from "@sessionstream/protocol";

/** `f_type` of Linux's statfs(2), and what it stands for. Other systems have no such numbers, and are not asked. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<bigint, string> = new Map([
  [0x6969n, "NFS"],
  [0x517bn, "SMB"],
  [0xfe534d42n, "SMB"],
  [0xff534d42n, "CIFS"],
  [0x65735546n, "FUSE or virtiofs"],
  [0x01021997n, "9p"],
  [0x5346414fn, "AFS"],
  [0x6b414653n, "AFS"],
  [0x73757245n, "Coda"],
  [0x564cn, "NCP"],
  [0x00c36400n, "Ceph"],
  [0x0bd00bd0n, "Lustre"],
  [0x47504653n, "GPFS"],
  [0x19830326n, "BeeGFS"],
  [0x01161970n, "GFS2"],
  [0x7461636fn, "OCFS2"],
  [0x786f4256n, "a VirtualBox shared folder"],
]);

/** The file system's type number, `null` where there is none. */
export type FileSystemType = (folder: string) => bigint | null;

const linuxFileSystemType: FileSystemType = (folder) =>
  process.platform === "linux" ? statfsSync(folder, { bigint: true }).type : null;

/** @throws invalid_options when `folder` is on another machine, or may be */
export function assertLocal(folder: string, typeOf: FileSystemType = linuxFileSystemType): void {
  const type = typeOf(folder);
  const name = type === null ? undefined : NETWORK_FILE_SYSTEMS.get(BigInt.asUintN(32, type));
  if (name === undefined) return;
  throw new SessionStreamError(
    "invalid_options",
    `${folder} is on a network file system (${name}), where SQLite cannot keep two machines from writing at once and ` +
      "a file is lost sooner or later. Put the file on a local disk, or use PostgreSQL. If only one machine ever opens " +
      "it, and you accept the risk, set allowNetworkFileSystem: true.",
  );
}
