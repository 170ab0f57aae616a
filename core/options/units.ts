/** Amounts with a unit, as configuration files write them: `30s`, `1h30m`, `50MB`. */

/** Milliseconds. */
const durationUnits: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
  ["w", 604_800_000],
]);

/** Octets: decimal (IEC 80000-13 and SI) and binary prefixes, so that `MB` and `MiB` each mean what they say. */
const byteUnits: ReadonlyMap<string, number> = new Map([
  ["b", 1],
  ["kb", 1000],
  ["mb", 1000 ** 2],
  ["gb", 1000 ** 3],
  ["tb", 1000 ** 4],
  ["kib", 1024],
  ["mib", 1024 ** 2],
  ["gib", 1024 ** 3],
  ["tib", 1024 ** 4],
]);

/** Milliseconds of `250ms`, `30s`, `10m`, `2h`, `1d`, `1w` or a row of them (`1h30m`); undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 64 || !/^(?:\d{1,15} ?[a-z]{1,2}\s*)+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+) ?([a-z]+)/g)) {
    const factor = durationUnits.get(unit);
    if (factor === undefined) return undefined;
    total += Number(amount) * factor;
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

/** Octets in the largest unit of which they are a whole number: `50MB`, `64KiB`. `parseByteSize` reads it. */
export function printByteSize(octets: number): string {
  const names = ["TiB", "TB", "GiB", "GB", "MiB", "MB", "KiB", "kB"];
  for (const name of names) {
    const factor = byteUnits.get(name.toLowerCase()) ?? 1;
    if (octets > 0 && octets % factor === 0) return `${octets / factor}${name}`;
  }
  return `${octets}B`;
}

/** Octets of `512B`, `64KiB`, `50MB`, `1.5GB`; undefined for anything else. */
export function parseByteSize(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]{1,3})$/.exec(text) ?? [];
  const factor = byteUnits.get(unit.toLowerCase());
  if (amount === undefined || factor === undefined) return undefined;
  const total = Math.round(Number(amount) * factor);
  return Number.isSafeInteger(total) ? total : undefined;
}
