/** URLFETCH (RFC 4467 §7, RFC 5524 §3): what authorized URLs name, whoever's it is. */
import { isBroken, OutOfStep } from "../../../../core/wire/errors.ts";
import { type Command, command } from "../command.ts";
import { expectUrlFetchArguments, type UrlToFetch } from "../grammar/urlauth_arguments.ts";
import { printBodyStructure } from "../printing/body_structure.ts";
import { ResponseBuilder } from "../printing/response_builder.ts";
import { printString } from "../printing/strings.ts";
import { ok } from "../replies.ts";
import { NulFreeView } from "../sections/views.ts";
import { writeLiteral } from "../sections/write_literal.ts";
import type { Session } from "../session.ts";
import { loggedIn } from "../state.ts";
import { Turns } from "../../../../core/wire/turns.ts";
import { openAuthorizedUrl } from "../urlauth/authorize.ts";
import { type UrlContent, type UrlData, urlData } from "../urlauth/url_data.ts";

/** The command. */
export const urlFetch: Command = command({
  capabilities: ["URLAUTH=BINARY"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectUrlFetchArguments(scanner);
  },
  async run(session, { user }, urls) {
    const turns = new Turns();
    for (const asked of urls) {
      const named = await openAuthorizedUrl(session, user, asked.url);
      await tellUrl(session, asked, named && await urlData(named, asked.items));
      if (session.connection.writer.isFull) await session.connection.writer.flush();
      await turns.take();
    }
    return { reply: ok("Fetched") };
  },
});

/** RFC 4467 §8, RFC 5524 §3.1: NIL for a URL that is not valid, for whatever reason. */
async function tellUrl(session: Session, { url, items }: UrlToFetch, data: UrlData | undefined): Promise<void> {
  const response = new ResponseBuilder(session.connection.writer);
  response.text(`* URLFETCH ${printString(url, session.stringMode)}`);
  try {
    if (data === undefined) response.text(" NIL");
    else await writeData(session, response, items, data);
  } catch (cause) {
    if (!response.hasBegun || isBroken(cause)) throw cause;
    throw new OutOfStep("a response could not be written to its end", { cause });
  }
  response.end();
}

async function writeData(
  session: Session,
  response: ResponseBuilder,
  items: UrlToFetch["items"],
  { structure, content }: UrlData,
): Promise<void> {
  const mode = { ...session.stringMode, rev2: session.extensions.isRev2 };
  // RFC 5259 §8.2: before the data.
  if (structure !== undefined) response.text(` (BODYPARTSTRUCTURE ${printBodyStructure(structure, mode)})`);
  if (content === undefined) return;
  if (items.length === 0) {
    response.text(" ");
    return await writeContent(session, response, content);
  }
  response.text(` (${items.includes("BINARY") ? "BINARY" : "BODY"} `);
  await writeContent(session, response, content);
  response.text(")");
}

async function writeContent(
  { connection: { writer } }: Session,
  response: ResponseBuilder,
  content: UrlContent | "undecodable",
): Promise<void> {
  // RFC 5524 §3.2.
  if (content === "undecodable") return void response.text("NIL");
  const { octets, hasNul } = content;
  await writeLiteral(response, writer, hasNul ? octets : new NulFreeView(octets), { isBinary: hasNul });
}
