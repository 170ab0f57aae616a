/** The commands of POP2 (RFC 937, Commands), as the server's decision table has them. */
import type { ExchangeEnd } from "../../../core/contract/mod.ts";
import { type Command, command, noWords, wrong } from "./command.ts";
import { mailboxOf, release, select, tell } from "./folder.ts";
import { octetsOf, sendAnnounced } from "./raw_message.ts";

/** HELO. */
const helo: Command = command({
  states: ["auth"],
  parse: ([login, password, ...more]) =>
    login === undefined || password === undefined || more.length > 0 ? undefined : { value: { login, password } },
  async run(session, _state, { login, password }) {
    const { context: { authentication }, connection } = session;
    const end = await authentication.checkPassword(login, password, connection, "pop");
    if (end.state === "refused") return wrong(refusals[end.reason] ?? "login failed");
    return await select(session, { account: end.account, login }, "INBOX");
  },
});

/** What a client may know of a refusal. */
const refusals: Readonly<Partial<Record<Extract<ExchangeEnd, { state: "refused" }>["reason"], string>>> = {
  credentials: "invalid login or password",
  unavailable: "logins cannot be checked now, try again later",
};

/** FOLD: "releases" the mailbox before, which is when its messages are deleted. */
const fold: Command = command({
  states: ["mbox", "item"],
  parse: ([name, ...more]) => name === undefined || more.length > 0 ? undefined : { value: name },
  async run(session, { folder }, name) {
    if (!await release(session, folder)) return wrong("deleted messages were not removed");
    return await select(session, folder, mailboxOf(name, folder.login));
  },
});

/** READ: a number becomes that of the current message. */
const read: Command = command({
  states: ["mbox", "item"],
  parse([number, ...more]) {
    if (more.length > 0 || number !== undefined && !/^\d{1,10}$/.test(number)) return undefined;
    return { value: number === undefined ? undefined : Number(number) };
  },
  run: (session, state, number) => tell(session, state.folder, number ?? (state.name === "item" ? state.current : 1)),
});

/** RETR: of what is not there the connection is closed, without a word. */
const retr: Command = command({
  states: ["item"],
  parse: noWords,
  async run({ connection: { writer } }, { folder, current, message }) {
    if (message === undefined || message.size === 0) return { ends: true };
    await sendAnnounced(writer, octetsOf(message), message.size);
    return { state: { name: "next", folder, current } };
  },
});

/** ACKS: the message stays. */
const acks: Command = command({
  states: ["next"],
  parse: noWords,
  run: (session, { folder, current }) => tell(session, folder, current + 1),
});

/** ACKD: the message is marked, and goes when the mailbox is released. */
const ackd: Command = command({
  states: ["next"],
  parse: noWords,
  run(session, { folder, current }) {
    folder.maildrop.delete(current);
    return tell(session, folder, current + 1);
  },
});

/** NACK: the client did not get it. */
const nack: Command = command({
  states: ["next"],
  parse: noWords,
  run: (session, { folder, current }) => tell(session, folder, current),
});

/** QUIT. Not while an acknowledgment is waited for: RFC 937, Server Decision Table. */
const quit: Command = command({
  states: ["auth", "mbox", "item"],
  parse: noWords,
  async run(session, state) {
    const isDone = state.name === "auth" || await release(session, state.folder);
    return isDone ? { reply: "+ OK, bye, bye", ends: true } : wrong("deleted messages were not removed");
  },
});

/** By keyword, in upper case. */
export const pop2Commands: ReadonlyMap<string, Command> = new Map([
  ["ACKD", ackd],
  ["ACKS", acks],
  ["FOLD", fold],
  ["HELO", helo],
  ["NACK", nack],
  ["QUIT", quit],
  ["READ", read],
  ["RETR", retr],
]);
