/** Whether two entries of a configuration mean the same module. Pure. */
import type { FoundSource } from "./import_plugin.ts";

/** Where a module is; built-in ones have no address, but a name for themselves. */
export function addressOf(source: FoundSource): string {
  switch (source.from) {
    case "built-in":
      return "";
    case "registry":
      return source.specifier;
    case "file":
    case "web":
      return source.url;
  }
}

/** Whether it is the same module, and must have the same digest. */
export function isSameSource(one: FoundSource, other: FoundSource): boolean {
  if (one.from === "built-in" || other.from === "built-in") {
    return one.from === "built-in" && other.from === "built-in" && one.load === other.load;
  }
  return addressOf(one) === addressOf(other) && digestOf(one) === digestOf(other);
}

function digestOf(source: FoundSource): string | undefined {
  return source.from === "file" || source.from === "web" ? source.digest : undefined;
}
