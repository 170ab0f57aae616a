/**
 * Commands of extensions as protocols get them. Whatever an extension does, its answer comes in time, can be printed, and is
 * not too large; what goes wrong is logged, and the session goes on.
 */
import type {
  CommandClient,
  ExtensionCommands,
  ImapCommand,
  OfferedImapCommand,
  OfferedPop3Command,
  Pop3Command,
} from "../contract/extension_commands.ts";
import type { NamedExtension } from "../delivery/place_copies.ts";
import { inTime } from "../wire/in_time.ts";
import { checkedImapAnswer, checkedPop3Answer } from "./command_answers.ts";

/** Milliseconds that an extension has for an answer. */
const usualPatience = 30_000;

/**
 * All commands of all extensions.
 *
 * @param patience Milliseconds that an extension has for an answer.
 * @throws Error that says which name cannot be.
 */
export function offeredCommands(
  extensions: readonly NamedExtension[],
  patience: number = usualPatience,
): ExtensionCommands {
  const pop3 = extensions.flatMap(({ name, extension }) =>
    (extension.pop3Commands ?? []).map((command) => offerPop3(name, command, patience))
  );
  const imap = extensions.flatMap(({ name, extension }) =>
    (extension.imapCommands ?? []).map((command) => offerImap(name, command, patience))
  );
  takenOnce("POP3", pop3.map(({ keyword }) => keyword));
  takenOnce("IMAP", imap.map(({ name }) => name));
  return { pop3, imap };
}

function offerPop3(extension: string, command: Pop3Command, patience: number): OfferedPop3Command {
  const { capability, states } = command;
  const keyword = String(command.keyword).toUpperCase();
  if (!/^[A-Z][A-Z0-9]{2,11}$/.test(keyword)) {
    throw new TypeError(`extension ${extension}: "${keyword}" cannot be a command of POP3; expected 3 to 12 letters`);
  }
  // RFC 2449 §3 and §4: printable words in a line of at most 512 octets.
  if (capability !== undefined && !/^[!-~]{1,255}(?: [!-~]{1,100}){0,2}$/.test(capability)) {
    throw new TypeError(`extension ${extension}: "${capability}" cannot be a line of CAPA`);
  }
  const run: OfferedPop3Command["run"] = (client, argument) =>
    answerInTime(
      { extension, command: keyword, patience },
      client,
      async (client) => checkedPop3Answer(await command.run(client, argument)),
    );
  return { keyword, states: [...states], run, ...capability !== undefined && { capability } };
}

function offerImap(extension: string, command: ImapCommand, patience: number): OfferedImapCommand {
  const { capabilities = [], states } = command;
  const name = String(command.name).toUpperCase();
  // "UID" would swallow the name after it.
  if (!/^[A-Z][A-Z0-9.-]{0,39}$/.test(name) || name === "UID") {
    throw new TypeError(`extension ${extension}: "${name}" cannot be a command of IMAP; expected letters and digits`);
  }
  const wrong = capabilities.find((capability) => !/^[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|}~]{1,100}$/.test(capability));
  if (wrong !== undefined) throw new TypeError(`extension ${extension}: "${wrong}" cannot be a capability of IMAP`);
  const run: OfferedImapCommand["run"] = (client, given) =>
    answerInTime(
      { extension, command: name, patience },
      client,
      async (client) => checkedImapAnswer(await command.run(client, given)),
    );
  return { name, capabilities: [...capabilities], states: [...states], run };
}

function takenOnce(protocol: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`two extensions add the command ${twice} to ${protocol}`);
}

interface Asked {
  readonly extension: string;
  readonly command: string;
  readonly patience: number;
}

async function answerInTime<Client extends Omit<CommandClient, "signal">, Answer>(
  { extension, command, patience }: Asked,
  client: Client,
  ask: (client: Client & Pick<CommandClient, "signal">) => Promise<Answer>,
): Promise<Answer | undefined> {
  const end = new AbortController();
  try {
    return await inTime(ask({ ...client, signal: end.signal }), patience, "the extension has not answered");
  } catch (error) {
    end.abort(error);
    client.log.error("a command of an extension failed", { extension, command, error });
    return undefined;
  }
}
