/** The commands of Ph (RFC 2378 §3), of a server that only tells. */
import { type CommandLine, type Word } from "./command_line.ts";
import { fieldOf, fields, keywords } from "./fields.ts";
import { find, printMatches, readQuery } from "./query.ts";
import { type Charset, charsets, type Line, line, more } from "./replies.ts";
import type { PhSession } from "./session.ts";

/** A command: what it answers; "bye" ends the session. */
type Run = (session: PhSession, words: readonly Word[]) => readonly Line[] | Promise<readonly Line[]>;

const ok = line(200, "Ok.");

/** §3.1. */
const status: Run = ({ service: { context } }) => [
  line(100, `Ph server of ${context.hostname}`),
  line(201, "Database ready, read only."),
];

/** §3.2. Addresses are whole, so there is no domain to be added. */
const siteinfo: Run = () => [
  ...[
    ["version", "Quetzal"],
    ["maildomain", ""],
    ["mailfield", "email"],
    ["mailbox", "email"],
    ["administrator", "postmaster"],
    ["passwords", "postmaster"],
  ].map((parts, index) => more(200, index + 1, ...parts)),
  ok,
];

/** §3.3. */
const listFields: Run = (_session, words) => {
  const asked = words.length === 0 ? fields : words.flatMap(({ value }) => fieldOf(value) ?? []);
  const unknown = words.filter(({ value }) => fieldOf(value) === undefined);
  return [
    ...asked.flatMap(({ id, name, max, description }) => [
      more(200, id, name, `max ${max} ${keywords}`),
      more(200, id, name, description),
    ]),
    ...unknown.map(({ value }) => more(507, value, "unknown field.")),
    unknown.length === 0 ? ok : line(500, "Did not understand fields."),
  ];
};

/** §3.4. */
const id: Run = ({ connection: { log } }, words) => {
  log.debug("the client says who it is", { id: words.map(({ value }) => value).join(" ").slice(0, 100) });
  return [line(200, "Thanks.")];
};

/** §3.5. Of the options that clients set, two have something to do here. */
const set: Run = ({ settings }, words) => {
  if (words.length === 0) return [...[...settings].map(([name, value]) => more(200, name, value)), line(200, "Done.")];
  for (const { attribute, value: written } of words) {
    const [name, value] = attribute === undefined ? [written.toLowerCase(), "on"] : [attribute, written.toLowerCase()];
    if (!settings.has(name)) return [line(513, name, "unknown option.")];
    const isKnown = name === "charset" ? isCharset(value) : /^(?:on|off|\d{1,6})$/.test(value);
    if (!isKnown) return [line(512, name, "illegal value.")];
    settings.set(name, value);
  }
  return [line(200, "Done.")];
};

/** Whether a set is one that can be sent. */
export function isCharset(text: string): text is Charset {
  return charsets.some((charset) => charset === text);
}

/** §3.8. */
const query: Run = async ({ service: { context, options } }, words) => {
  const read = readQuery(words);
  if ("problems" in read) return [...read.problems, line(500, "Did not understand query.")];
  const found = await find(context.storage, read, options.most_matches);
  if (found === "too many") return [line(502, "Too many entries to print.")];
  return found.length === 0 ? [line(501, "No matches to your query.")] : printMatches(found, read);
};

/** §3.11. */
const help: Run = () => [
  ...[
    "query [field=]value ... [return field ...]  looks people up",
    "fields, siteinfo, status, set, id, quit",
  ].map((text) => more(200, 1, text)),
  ok,
];

/** §3.6: passwords would go in clear text, and there is nothing that they would open. */
const login: Run = () => [line(529, "There are no logins here.")];
const logout: Run = () => [line(506, "You are not logged in.")];
/** §3.7, §3.9, §3.10. */
const write: Run = () => [line(517, "The database is read-only.")];

/** By keyword. */
const commands: ReadonlyMap<string, Run> = new Map([
  ["add", write],
  ["answer", login],
  ["change", write],
  ["clear", login],
  ["delete", write],
  ["email", login],
  ["fields", listFields],
  ["help", help],
  ["id", id],
  ["login", login],
  ["logout", logout],
  ["make", write],
  ["ph", query],
  ["query", query],
  ["set", set],
  ["siteinfo", siteinfo],
  ["status", status],
  ["xlogin", login],
]);

/** §3.12. */
const ends: ReadonlySet<string> = new Set(["exit", "quit", "stop"]);

/** Does what a line says; "bye" where that is all. */
export async function run(session: PhSession, read: CommandLine | undefined): Promise<readonly Line[] | "bye"> {
  if (read === undefined) return [line(599, "Syntax error.")];
  if (ends.has(read.keyword)) return "bye";
  return await commands.get(read.keyword)?.(session, read.words) ?? [line(598, "Command unknown.")];
}
