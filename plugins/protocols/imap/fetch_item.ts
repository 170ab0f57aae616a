/** One item of FETCH: what it needs, and how it is told (RFC 9051 §7.5.2). */
import type { Body, Message, MessageSummary } from "../../../core/contract/mod.ts";
import { messagePreview } from "../../../core/message/preview.ts";
import { isAscii, latin1 } from "../../../core/wire/ascii.ts";
import { CommandRefused } from "./failures.ts";
import type { FetchItem } from "./grammar/fetch_items.ts";
import type { OctetRange, Section } from "./grammar/section.ts";
import type { ParsedMessage } from "./parsed_messages.ts";
import { inOnePiece } from "./kept.ts";
import { type ParsedItem, printedForm } from "./printed_items.ts";
import { printBody, printBodyStructure } from "./printing/body_structure.ts";
import { printDateTime } from "./printing/dates.ts";
import { printEnvelope } from "./printing/envelope.ts";
import { emailObjectId, threadObjectId } from "./printing/object_ids.ts";
import type { ResponseBuilder } from "./printing/response_builder.ts";
import { printNstring } from "./printing/strings.ts";
import { binarySize, hasUnknownEncoding, openBinary } from "../../../core/message/open_binary.ts";
import { type Opened, openMessageSection, openSection } from "./sections/open_section.ts";
import { labelOf } from "./sections/section_label.ts";
import { NulFreeView, type Octets } from "./sections/views.ts";
import { writeLiteral } from "./sections/write_literal.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";
import type { Session } from "./session.ts";
import { flagsOf } from "./tell.ts";

/** A message, and what was parsed of it and its octets where an item needs that. */
export interface FetchedMessage extends ParsedMessage {
  readonly message: Message;
  readonly body: Body | undefined;
  /** What `body` is of it. */
  readonly octets: NeededOctets;
}

/** What items need of the octets of a message. */
export type NeededOctets = "none" | "header" | "message";

/** Where an item goes. */
export interface FetchTarget {
  readonly session: Session;
  readonly mailbox: SelectedMailbox;
  readonly response: ResponseBuilder;
}

/** Whether it sets `\Seen` (RFC 9051 §6.4.5; RFC 3501 §6.4.5 for RFC822 and RFC822.TEXT). */
export function setsSeen(item: FetchItem): boolean {
  switch (item.item) {
    case "BODY[]":
    case "BINARY[]":
      return !item.peek;
    case "RFC822":
    case "RFC822.TEXT":
      return true;
    default:
      return false;
  }
}

/** What is needed of what was parsed. */
export function neededParts(item: FetchItem): readonly (keyof MessageSummary)[] {
  switch (item.item) {
    case "ENVELOPE":
      return ["envelope"];
    case "BODY[]":
      if (item.section.part.length > 0) return ["structure"];
      return item.section.what === "content" ? [] : ["headerSize"];
    case "BODY":
    case "BODYSTRUCTURE":
    case "BINARY[]":
    case "BINARY.SIZE[]":
    case "PREVIEW":
      return ["structure"];
    case "RFC822.HEADER":
    case "RFC822.TEXT":
      return ["headerSize"];
    case "THREADID":
      return ["references", "inReplyTo", "messageId"];
    default:
      return [];
  }
}

/** What is needed of the octets. */
export function neededOctets(item: FetchItem): NeededOctets {
  switch (item.item) {
    case "BODY[]":
      return isOfHeader(item.section) ? "header" : "message";
    case "RFC822.HEADER":
      return "header";
    case "BINARY[]":
    case "BINARY.SIZE[]":
    case "PREVIEW":
    case "RFC822":
    case "RFC822.TEXT":
      return "message";
    default:
      return "none";
  }
}

function isOfHeader({ part, what }: Section): boolean {
  return part.length === 0 && (what === "header" || what === "fields" || what === "other-fields");
}

/** An item that is made of decoded octets. */
type DecodedItem = FetchItem & { readonly item: "BINARY[]" | "BINARY.SIZE[]" };

/** Whether it is made of decoded octets. */
export function isDecoded(item: FetchItem): item is DecodedItem {
  return item.item === "BINARY[]" || item.item === "BINARY.SIZE[]";
}

/** RFC 3516 §4.3: whether it is of a part that nobody here can decode. */
export function hasUnknownEncodingIn({ part }: DecodedItem, { summary }: ParsedMessage): boolean {
  return hasUnknownEncoding(part, needed({ summary }, "structure"));
}

/** Writes an item; a promise where octets of the message have to be read. */
export function writeItem(target: FetchTarget, fetched: FetchedMessage, item: FetchItem): Promise<void> | undefined {
  const { session, mailbox, response } = target;
  const { message } = fetched;
  switch (item.item) {
    case "FLAGS":
      response.text(`FLAGS ${flagsOf(session, mailbox, message)}`);
      return undefined;
    case "UID":
      response.text(`UID ${message.uid}`);
      return undefined;
    case "MODSEQ":
      response.text(`MODSEQ (${message.modseq})`);
      return undefined;
    case "INTERNALDATE":
      response.text(`INTERNALDATE ${printDateTime(message.receivedAt)}`);
      return undefined;
    case "SAVEDATE":
      response.text(`SAVEDATE ${printDateTime(message.savedAt)}`);
      return undefined;
    case "RFC822.SIZE":
      response.text(`RFC822.SIZE ${message.size}`);
      return undefined;
    case "EMAILID":
      response.text(`EMAILID (${emailObjectId(message.body)})`);
      return undefined;
    case "THREADID":
      response.text(`THREADID (${threadIdOf(fetched)})`);
      return undefined;
    case "ENVELOPE":
    case "BODY":
    case "BODYSTRUCTURE":
      response.text(
        kept(session, fetched, printedForm(session, item), `${item.item} ${printParsed(session, fetched, item.item)}`),
      );
      return undefined;
    case "RFC822":
      return writeSection(target, fetched, "RFC822", { part: [], what: "content" });
    case "RFC822.HEADER":
      return writeSection(target, fetched, "RFC822.HEADER", { part: [], what: "header" });
    case "RFC822.TEXT":
      return writeSection(target, fetched, "RFC822.TEXT", { part: [], what: "text" });
    case "BODY[]":
      return writeSection(target, fetched, labelOf(item, session.stringMode), item.section, {
        range: item.range,
        form: printedForm(session, item),
      });
    case "BINARY[]":
      return writeBinary(target, fetched, item);
    case "BINARY.SIZE[]":
      return writeBinarySize(target, fetched, item.part);
    case "PREVIEW":
      return writePreview(target, fetched);
  }
}

/** What others who ask for it need not print again. */
function kept({ service }: Session, { message }: FetchedMessage, form: string | undefined, text: string): string {
  // What a response refuses, it is to refuse again.
  const mayBeTold = !text.includes("\r") || text.includes("\n");
  if (form !== undefined && mayBeTold) service.printed.keep(form, message.body, inOnePiece(text));
  return text;
}

function printParsed(session: Session, fetched: FetchedMessage, name: ParsedItem): string {
  const mode = { ...session.stringMode, rev2: session.extensions.isRev2 };
  switch (name) {
    case "ENVELOPE":
      return printEnvelope(needed(fetched, "envelope"), mode);
    case "BODY":
      return printBody(needed(fetched, "structure"), mode);
    case "BODYSTRUCTURE":
      return printBodyStructure(needed(fetched, "structure"), mode);
  }
}

function writeSection(
  target: FetchTarget,
  fetched: FetchedMessage,
  label: string,
  section: Section,
  { range, form }: { readonly range?: OctetRange | undefined; readonly form?: string | undefined } = {},
): Promise<void> | undefined {
  const opened = openSectionOf(fetched, section);
  const writeOpened = (octets: Octets | undefined) => {
    // What is kept is text: ASCII is the same octets again.
    if (form !== undefined && octets?.clean !== undefined && isAscii(octets.clean)) {
      const text = latin1(octets.clean);
      target.response.text(kept(target.session, fetched, form, `${label} {${text.length}}\r\n${text}`));
      return undefined;
    }
    target.response.text(`${label}${originOf(range)} `);
    if (octets !== undefined) return write(target, new NulFreeView(octets), range);
    target.response.text("NIL");
    return undefined;
  };
  return opened instanceof Promise ? opened.then(writeOpened) : writeOpened(opened);
}

function openSectionOf(fetched: FetchedMessage, section: Section): Opened | undefined {
  const body = bodyOf(fetched);
  if (section.part.length > 0) return openSection(section, needed(fetched, "structure"), body);
  if (section.what === "content") return body;
  const bodyStart = fetched.octets === "header" ? body.size : needed(fetched, "headerSize");
  const bounds = { headerStart: 0, bodyStart, bodyEnd: body.size };
  return openMessageSection(section, bounds, body);
}

async function writeBinary(
  target: FetchTarget,
  fetched: FetchedMessage,
  { part, range }: FetchItem & { readonly item: "BINARY[]" },
): Promise<void> {
  const binary = await openBinary(part, needed(fetched, "structure"), bodyOf(fetched));
  if (binary === "unknown-cte") throw unknownEncoding();
  target.response.text(`BINARY[${part.join(".")}]${originOf(range)} `);
  if (binary === "absent") target.response.text("NIL");
  else await write(target, binary.octets, range, binary.hasNul);
}

async function writeBinarySize(target: FetchTarget, fetched: FetchedMessage, part: readonly number[]): Promise<void> {
  const size = await binarySize(part, needed(fetched, "structure"), bodyOf(fetched));
  if (size === "unknown-cte") throw unknownEncoding();
  target.response.text(`BINARY.SIZE[${part.join(".")}] ${size === "absent" ? 0 : size}`);
}

async function writePreview(target: FetchTarget, fetched: FetchedMessage): Promise<void> {
  const { response, session } = target;
  const preview = await messagePreview(needed(fetched, "structure"), bodyOf(fetched));
  response.text(`PREVIEW ${printNstring(preview, session.stringMode)}`);
}

function write(
  { session, response }: FetchTarget,
  octets: Octets,
  range: OctetRange | undefined,
  isBinary = false,
): Promise<void> | undefined {
  return writeLiteral(response, session.connection.writer, octets, { isBinary, range });
}

/** RFC 9051 §7.5.2: a part of a section is told with its origin. */
function originOf(range: OctetRange | undefined): string {
  return range === undefined ? "" : `<${range.offset}>`;
}

function bodyOf({ body }: FetchedMessage): Body {
  if (body === undefined) throw new Error("an item was asked for whose octets were not");
  return body;
}

function threadIdOf(fetched: FetchedMessage): string {
  const messageId = fetched.summary?.messageId;
  const [references, inReplyTo] = [needed(fetched, "references"), needed(fetched, "inReplyTo")];
  return threadObjectId({ references, inReplyTo, ...messageId !== undefined && { messageId } }, fetched.message.body);
}

function needed<Part extends keyof MessageSummary>(
  { summary }: ParsedMessage,
  part: Part,
): NonNullable<MessageSummary[Part]> {
  const found = summary?.[part];
  if (found === undefined || found === null) throw new Error(`an item was asked for whose ${part} was not`);
  return found;
}

/** RFC 3516 §4.3. */
export function unknownEncoding(): CommandRefused {
  return new CommandRefused("The transfer encoding of a part is not known", "UNKNOWN-CTE");
}
