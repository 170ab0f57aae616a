/**
 * What a loss of power leaves of a disk: all that was synced, and of the rest what chance wants. A page of memory reaches
 * the disk in any of the states that it had since, other pages in others; a sector is whole.
 */
import type { Chance } from "./chance.ts";
import { applyNames, type Disk, DiskFile, type DiskFolder, type FileChange, type NameChange } from "./disk.ts";

/** Octets. */
const PAGE = 4096, SECTOR = 512;
/** How often a page is torn between two of its states. */
const TORN = 0.05;

/** How much of what was not synced is left. */
export type Luck = "nothing" | "everything" | "some";

/** Makes a folder of what is left. */
export function writeSurvivors(disk: Disk, chance: Chance, luck: Luck, into: string): void {
  // Some cuts leave most, some little.
  const often = luck === "some" ? chance.number() : Number(luck === "everything");
  const last = Math.max(0, ...loosest(disk.root)), until = chance.below(last + 1);
  const survives = ({ number }: NameChange): boolean => {
    if (luck !== "some") return luck === "everything";
    return disk.semantics === "journal" ? number <= until : chance.happens(often);
  };
  writeFolder(disk.root, into);

  function writeFolder(folder: DiskFolder, path: string): void {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    const names = new Map(folder.kept);
    for (const change of folder.loose) if (survives(change)) applyNames(names, change);
    for (const [name, file] of names) {
      if (file instanceof DiskFile) {
        Deno.writeFileSync(`${path}/${name}`, octetsLeft(file, chance, often), { mode: 0o600 });
      } else writeFolder(file, `${path}/${name}`);
    }
  }
}

function loosest(folder: DiskFolder): number[] {
  const inner = [...folder.seen.values()].flatMap((file) => file instanceof DiskFile ? [] : loosest(file));
  return [...folder.loose.map(({ number }) => number), ...inner];
}

function octetsLeft(file: DiskFile, chance: Chance, often: number): Uint8Array {
  const { loose, kept, keptSize } = file;
  if (loose.length === 0) return kept.subarray(0, keptSize);
  let size = keptSize;
  const sizes = [size, ...loose.map((change) => size = "size" in change ? change.size : Math.max(size, endOf(change)))];
  const sizeLeft = sizes[stateLeft(loose.length, chance, often)] ?? size;
  const left = new Uint8Array(sizeLeft);
  left.set(kept.subarray(0, Math.min(keptSize, sizeLeft)));
  for (const [page, changes] of changesByPage(loose, Math.max(...sizes))) {
    const start = page * PAGE;
    if (start >= sizeLeft) continue;
    const state = pageIn(file, start, changes.slice(0, stateLeft(changes.length, chance, often)));
    if (chance.happens(TORN)) {
      const other = pageIn(file, start, changes.slice(0, stateLeft(changes.length, chance, often)));
      for (let at = 0; at < PAGE; at += SECTOR) {
        if (chance.happens(0.5)) state.set(other.subarray(at, at + SECTOR), at);
      }
    }
    left.set(state.subarray(0, sizeLeft - start), start);
  }
  return left;
}

/** After how many changes it was that the disk took it. */
function stateLeft(changes: number, chance: Chance, often: number): number {
  if (often === 0) return 0;
  if (chance.happens(often)) return changes;
  return chance.below(changes + 1);
}

/** In their order. */
function changesByPage(changes: readonly FileChange[], size: number): Map<number, FileChange[]> {
  const pages = new Map<number, FileChange[]>();
  for (const change of changes) {
    const [from, to] = "size" in change ? [change.size, size] : [change.at, endOf(change)];
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page++) {
      const others = pages.get(page);
      if (others === undefined) pages.set(page, [change]);
      else others.push(change);
    }
  }
  return pages;
}

function pageIn({ kept, keptSize }: DiskFile, start: number, changes: readonly FileChange[]): Uint8Array {
  const page = new Uint8Array(PAGE);
  page.set(kept.subarray(Math.min(start, keptSize), Math.min(start + PAGE, keptSize)));
  for (const change of changes) {
    if ("size" in change) page.fill(0, Math.max(0, Math.min(change.size - start, PAGE)));
    else {
      const from = Math.max(start, change.at), to = Math.min(start + PAGE, endOf(change));
      page.set(change.octets.subarray(from - change.at, to - change.at), from - start);
    }
  }
  return page;
}

function endOf({ at, octets }: { readonly at: number; readonly octets: Uint8Array }): number {
  return at + octets.length;
}
