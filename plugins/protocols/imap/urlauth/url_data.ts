/** What URLFETCH tells of what a URL names (RFC 4467 §7, RFC 5524 §3.2). */
import type { MessagePart } from "../../../../core/contract/mod.ts";
import { openBinary } from "../../../../core/message/open_binary.ts";
import { partAt } from "../../../../core/message/part_at.ts";
import { isIdentityEncoding } from "../../../../core/message/transfer_encoding.ts";
import type { UrlItem } from "../grammar/urlauth_arguments.ts";
import { type NamedContent, namedOctets, namedRange } from "../message_url.ts";
import type { Octets } from "../sections/views.ts";

/** Octets, and whether they may hold NUL: a literal8 is needed then. */
export interface UrlContent {
  readonly octets: Octets;
  readonly hasNul: boolean;
}

/** What there is to be told. */
export interface UrlData {
  /** BODYPARTSTRUCTURE, where it was asked for: of the part as it is told here. */
  readonly structure?: MessagePart;
  /** The content, where it was asked for; `undecodable`: its encoding is not known, or it is no part that has one. */
  readonly content?: UrlContent | "undecodable";
}

/** Octets that are read at once. */
const PIECE = 131_072;
const LF = 10;

/** What was asked for; undefined where there is no such part. */
export async function urlData(named: NamedContent, items: readonly UrlItem[]): Promise<UrlData | undefined> {
  const part = namedPart(named);
  const content = await contentOf(named, items);
  if (content === "absent" || part === undefined && items.includes("BODYPARTSTRUCTURE")) return undefined;
  return {
    ...part && items.includes("BODYPARTSTRUCTURE") && { structure: await structureOf(part, named, content, items) },
    ...content && { content },
  };
}

/** Undefined for what is no part: a header, a text. */
function namedPart({ url: { section }, structure }: NamedContent): MessagePart | undefined {
  if (section === undefined) return structure;
  return section.what === "content" ? partAt(structure, section.part) : undefined;
}

async function contentOf(
  named: NamedContent,
  items: readonly UrlItem[],
): Promise<UrlData["content"] | "absent"> {
  const { url, structure, body } = named;
  if (items.includes("BINARY")) {
    if (url.section !== undefined && url.section.what !== "content") {
      return await namedOctets(named) === undefined ? "absent" : "undecodable";
    }
    const binary = await openBinary(url.section?.part ?? [], structure, body);
    if (binary === "unknown-cte") return "undecodable";
    return binary === "absent" ? binary : { octets: namedRange(url, binary.octets), hasNul: binary.hasNul };
  }
  if (items.length > 0 && !items.includes("BODY")) return undefined;
  const octets = await namedOctets(named);
  return octets === undefined ? "absent" : { octets, hasNul: false };
}

/** RFC 5524 §3.2: it reflects what was decoded, and shows an identity encoding then. */
async function structureOf(
  part: MessagePart,
  { url }: NamedContent,
  content: UrlData["content"],
  items: readonly UrlItem[],
): Promise<MessagePart> {
  if (url.section === undefined || part.parts || part.message || typeof content !== "object") return part;
  const { octets } = content, isDecoded = items.includes("BINARY") && !isIdentityEncoding(part.encoding ?? "7bit");
  if (!isDecoded && url.range === undefined) return part;
  const size = { bodyStart: 0, bodyEnd: octets.size, lines: await linesIn(octets) };
  return { ...part, ...size, ...isDecoded && { encoding: "binary" } };
}

async function linesIn(octets: Octets): Promise<number> {
  let lines = 0;
  for (let at = 0; at < octets.size; at += PIECE) {
    const piece = await octets.read(at, Math.min(at + PIECE, octets.size));
    for (let end = piece.indexOf(LF); end >= 0; end = piece.indexOf(LF, end + 1)) lines++;
  }
  return lines;
}
