/** The commands of POP1 (RFC 918, Commands). */
import { mailboxOf } from "../pop2/folder.ts";
import { type Command, command, error, type Outcome } from "./command.ts";
import { OpenMailbox } from "./mailbox.ts";
import type { Pop1Session } from "./session.ts";
import type { StateOf } from "./state.ts";

const ok = "+OK";

/** USER. The answer tells of nobody. */
const user: Command = command({
  states: ["greeted"],
  takes: "argument",
  run: (_session, _state, login) => Promise.resolve({ reply: ok, state: { name: "named", login } }),
});

/** PASS. RFC 918, Diagram: after an error only QUIT is left. */
const pass: Command = command({
  states: ["named"],
  takes: "argument",
  async run({ context: { authentication }, connection }, { login }, password) {
    const end = await authentication.checkPassword(login, password, connection, "pop");
    if (end.state === "authenticated") {
      return { reply: ok, state: { name: "ready", user: { account: end.account, login } } };
    }
    const text = end.reason === "unavailable" ? "logins cannot be checked now" : "invalid login or password";
    return { reply: error(text), state: { name: "refused" } };
  },
});

/** RETR: all messages of a mailbox are read, and stay. */
const retr: Command = command({
  states: ["ready"],
  takes: "argument",
  run: (session, state, name) => open(session, state, name, false),
});

/** RDEL: they are read and removed. */
const rdel: Command = command({
  states: ["ready"],
  takes: "argument",
  run: (session, state, name) => open(session, state, name, true),
});

async function open(
  session: Pop1Session,
  { user }: StateOf<"ready">,
  name: string,
  deletes: boolean,
): Promise<Outcome> {
  const request = { account: user.account, name: mailboxOf(name, user.login), deletes };
  const mailbox = await OpenMailbox.open(session.context, request);
  if (mailbox === "in-use") return { reply: error("mailbox in use by another session") };
  if (mailbox === "missing") return { reply: error("there is no such mailbox") };
  return { reply: `#${mailbox.size}`, state: { name: "opened", user, mailbox } };
}

/** RCEV, which the diagram calls RECV: so many octets, and nothing else. */
const rcev: Command = command({
  states: ["opened"],
  takes: "nothing",
  async run({ connection: { writer } }, { user, mailbox }) {
    await mailbox.send(writer);
    return { state: { name: "sent", user, mailbox } };
  },
});

/** RCVD: "in the case of the RDEL transaction, it is possible that the mail is not deleted": an error says so. */
const rcvd: Command = command({
  states: ["sent"],
  takes: "nothing",
  async run({ connection: { log } }, { user, mailbox }) {
    await using _unlocked = mailbox;
    try {
      log.info("mailbox closed", { octets: mailbox.size, removed: await mailbox.finish() });
      return { reply: ok, state: { name: "ready", user } };
    } catch (cause) {
      log.error("messages were not removed", { error: cause });
      return { reply: error("the mail was not deleted"), state: { name: "ready", user } };
    }
  },
});

/** RSET: the mailbox is closed and unlocked, and nothing of it removed. */
const rset: Command = command({
  states: ["ready", "opened", "sent"],
  takes: "nothing",
  async run(_session, state) {
    if (state.name !== "ready") await state.mailbox[Symbol.asyncDispose]();
    return { reply: ok, state: { name: "ready", user: state.user } };
  },
});

/** NOOP. */
const noop: Command = command({
  states: ["ready"],
  takes: "nothing",
  run: () => Promise.resolve({ reply: ok }),
});

/** QUIT; in the middle of a transaction it is as if the connection had broken. */
const quit: Command = command({
  states: ["greeted", "named", "refused", "ready", "opened", "sent"],
  takes: "nothing",
  run: () => Promise.resolve({ reply: ok, ends: true }),
});

/** By keyword, in upper case. */
export const pop1Commands: ReadonlyMap<string, Command> = new Map([
  ["NOOP", noop],
  ["PASS", pass],
  ["QUIT", quit],
  ["RCEV", rcev],
  ["RCVD", rcvd],
  ["RDEL", rdel],
  ["RECV", rcev],
  ["RETR", retr],
  ["RSET", rset],
  ["USER", user],
]);
