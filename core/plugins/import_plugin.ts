/** Brings a plugin's module in, and checks its digest where the configuration gives one. */
import { createHash, timingSafeEqual } from "node:crypto";
import { firstLineOf } from "../wire/error_message.ts";
import { inTime } from "../wire/in_time.ts";
import { bundlingAdvice } from "./bundling_advice.ts";
import { freshAddress } from "./fresh_address.ts";
import { mediaTypeOf } from "./media_type.ts";
import type { PluginSource } from "./resolve_plugin.ts";

/** A source that leads somewhere. */
export type FoundSource = Exclude<PluginSource, { readonly from: "nowhere" }>;

/** Reads what an address serves; tests have no web. */
export type Fetch = (url: string) => Promise<Uint8Array<ArrayBuffer>>;

/** A digest that is not as the configuration says. */
export class DigestMismatch extends Error {
  override readonly name = "DigestMismatch";
}

/** How a module is brought in. */
export interface ImportSettings {
  /** Which reading of a file this is: see `freshAddress`. Default: 0, the first. */
  readonly reading?: number;
  /** The web. */
  readonly fetch?: Fetch;
  /** Whether this program is one binary, which has no packages but those within it. Default: as it is. */
  readonly isCompiled?: boolean;
  /** Milliseconds for all that a module does as it is loaded. Default: a minute. */
  readonly deadline?: number;
}

/** Octets of the largest plugin in one file. */
const largestPlugin = 16 * 1024 * 1024;
/** Milliseconds for an import: what it imports may have to be fetched. */
const usualDeadline = 60_000;

/** Imports the module. @throws DigestMismatch, and whatever the module throws. */
export async function importPlugin(source: FoundSource, settings: ImportSettings = {}): Promise<unknown> {
  const { isCompiled = Deno.build.standalone, deadline = usualDeadline } = settings;
  try {
    if (source.from === "built-in") return await source.load();
    const specifier = await specifierOf(source, settings);
    // Whoever reloads waits for it, and each later reload for that one.
    return await inTime(import(specifier), deadline, "it was not loaded");
  } catch (error) {
    const advice = isCompiled ? bundlingAdvice(source, error) : undefined;
    if (advice === undefined) throw error;
    throw new Error(`${firstLineOf(error)} — ${advice}`, { cause: error });
  }
}

/** What to import for a source that is no part of the program. @throws DigestMismatch. */
export async function specifierOf(
  source: Exclude<FoundSource, { readonly from: "built-in" }>,
  { reading = 0, fetch: fetchOctets = fetchPlugin }: ImportSettings = {},
): Promise<string> {
  switch (source.from) {
    case "registry":
      return source.specifier;
    case "file":
      if (source.digest !== undefined) checkDigest(await Deno.readFile(new URL(source.url)), source.digest);
      return freshAddress(source.url, reading);
    case "web": {
      const octets = await fetchOctets(source.url);
      checkDigest(octets, source.digest);
      // Imported from what was checked: a second request could give something else.
      return `data:${mediaTypeOf(source.url)};base64,${octets.toBase64()}`;
    }
  }
}

/** W3C Subresource Integrity §3.1: `sha256-` and the digest in Base64. @throws DigestMismatch. */
export function checkDigest(octets: Uint8Array, digest: string): void {
  const dash = digest.indexOf("-");
  const algorithm = digest.slice(0, dash);
  const found = createHash(algorithm).update(octets).digest();
  const expected = Uint8Array.fromBase64(digest.slice(dash + 1));
  if (found.length === expected.length && timingSafeEqual(found, expected)) return;
  throw new DigestMismatch(`the file is another: its digest is ${algorithm}-${found.toString("base64")}`);
}

async function fetchPlugin(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok || response.body === null) throw new Error(`the server says ${response.status}`);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > largestPlugin) throw new Error(`expected at most ${largestPlugin} octets`);
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}
