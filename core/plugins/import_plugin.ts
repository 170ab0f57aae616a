/** Brings a plugin's module in, and checks its digest where the configuration gives one. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { PluginSource } from "./resolve_plugin.ts";

/** A source that leads somewhere. */
export type FoundSource = Exclude<PluginSource, { readonly from: "nowhere" }>;

/** Reads what an address serves; tests have no web. */
export type Fetch = (url: string) => Promise<Uint8Array<ArrayBuffer>>;

/** A digest that is not as the configuration says. */
export class DigestMismatch extends Error {
  override readonly name = "DigestMismatch";
}

/** Octets of the largest plugin in one file. */
const largestPlugin = 16 * 1024 * 1024;

/** Imports the module. @throws DigestMismatch, and whatever the module throws. */
export async function importPlugin(source: FoundSource, fetchOctets: Fetch = fetchPlugin): Promise<unknown> {
  switch (source.from) {
    case "built-in":
      return await source.load();
    case "registry":
      return await import(source.specifier);
    case "file":
      if (source.digest !== undefined) checkDigest(await Deno.readFile(new URL(source.url)), source.digest);
      return await import(source.url);
    case "web": {
      const octets = await fetchOctets(source.url);
      checkDigest(octets, source.digest);
      // Imported from what was checked: a second request could give something else.
      return await import(`data:${mediaTypeOf(source.url)};base64,${octets.toBase64()}`);
    }
  }
}

/** W3C Subresource Integrity §3.1: `sha256-` and the digest in Base64. */
function checkDigest(octets: Uint8Array, digest: string): void {
  const dash = digest.indexOf("-");
  const algorithm = digest.slice(0, dash);
  const found = createHash(algorithm).update(octets).digest();
  const expected = Uint8Array.fromBase64(digest.slice(dash + 1));
  if (found.length === expected.length && timingSafeEqual(found, expected)) return;
  throw new DigestMismatch(`the file is another: its digest is ${algorithm}-${found.toString("base64")}`);
}

function mediaTypeOf(url: string): string {
  return new URL(url).pathname.endsWith(".ts") ? "application/typescript" : "text/javascript";
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
