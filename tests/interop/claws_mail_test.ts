/** Claws Mail on a screen of its own: a person adds an account, looks at a list, reads, moves and deletes. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { interopTest, patience } from "./client.ts";
import { desktop, desktopPrograms } from "./desktop.ts";
import { alice, type MailServer, mailServer } from "./server.ts";

const claws = { name: "claws-mail", packageName: "claws-mail" };

interopTest(
  "Claws Mail: adds an account, lists, reads, moves and deletes",
  [claws, ...desktopPrograms],
  async (home) => {
    await using server = await mailServer();
    for (const number of [1, 2, 3, 4, 5]) await server.deliver(alice, messageOf(number));
    await Deno.mkdir(`${home.folder}/.claws-mail`);
    await home.write(".claws-mail/accountrc.tmpl", account(server));
    await using screen = await desktop(home);
    screen.start(claws);

    // Five pages: welcome, who, receiving, sending, and that is all.
    await screen.window("Setup Wizard");
    await screen.press("alt+n", "alt+n", "alt+n", "alt+n", "alt+s");
    // Nobody has signed it.
    await screen.window("TLS certificate");
    await screen.press("alt+a");
    // It makes the mailboxes that it wants.
    await until(server, async () => (await titlesIn(server, "Trash")) !== undefined);
    await screen.window("Claws Mail");

    const inbox = `#imap/${alice.address}@localhost:${server.ports.imaps}/INBOX`;
    await screen.run(claws, ["--select", `${inbox}/2`]);
    await until(server, async () => (await seenIn(server, "INBOX")).includes("number 2"));
    assertStringIncludes(await screen.run(claws, ["--status-full", inbox]), "5");

    await screen.press("ctrl+o");
    await screen.window("Select folder");
    // Past INBOX.
    await screen.press("Down", "Down", "alt+o");
    await until(server, async () => (await titlesIn(server, "INBOX"))?.length === 4);
    assertEquals(await titlesIn(server, "Sent"), ["number 2"]);

    await screen.window("Claws Mail");
    await screen.run(claws, ["--select", `${inbox}/3`]);
    await until(server, async () => (await seenIn(server, "INBOX")).includes("number 3"));
    await screen.press("ctrl+d");
    await until(server, async () => (await titlesIn(server, "INBOX"))?.length === 3);
    assertEquals(await titlesIn(server, "Trash"), ["number 3"]);
    assertEquals(await titlesIn(server, "INBOX"), ["number 1", "number 4", "number 5"]);
  },
);

function messageOf(number: number): string {
  return `From: bob@example.org\r\nTo: alice@example.org\r\nSubject: number ${number}\r\n` +
    `Message-ID: <${number}@example.org>\r\nDate: Mon, 1 Jan 2024 10:00:0${number} +0000\r\n\r\ntext ${number}\r\n`;
}

/** What its wizard proposes. */
function account({ ports }: MailServer): string {
  return `[AccountTemplate]
domain=example.org
name=Alice
email=${alice.address}
recvtype=1
recvserver=localhost:${ports.imaps}
recvuser=${alice.address}
recvpass=${alice.password}
recvssl=1
subsonly=FALSE
smtpserver=localhost:${ports.submission}
smtpauth=1
smtpssl=2
smtpuser=${alice.address}
smtppass=${alice.password}
`;
}

/** Subjects of the messages in a mailbox, in order; undefined where there is none. */
async function titlesIn(server: MailServer, name: string): Promise<readonly string[] | undefined> {
  return (await messagesIn(server, name))?.map(({ subject }) => subject);
}

/** Subjects of those that have been read. */
async function seenIn(server: MailServer, name: string): Promise<readonly string[]> {
  return ((await messagesIn(server, name)) ?? []).filter(({ isSeen }) => isSeen).map(({ subject }) => subject);
}

async function messagesIn({ storage, mailbox }: MailServer, name: string) {
  const { account } = await mailbox(alice, "INBOX");
  const found = await storage.mailboxByName(account, name);
  if (found === undefined) return undefined;
  const { messages } = await storage.messages(found.id);
  return await Promise.all(messages.map(async ({ body, flags }) => {
    const { envelope: { subject = "" } } = await storage.summary(body);
    return { subject, isSeen: flags.includes("\\Seen") };
  }));
}

/** Waits until it is so, looking whenever something is committed to the account. */
async function until({ storage, mailbox }: MailServer, isSo: () => Promise<boolean>): Promise<void> {
  const { account } = await mailbox(alice, "INBOX");
  const stop = AbortSignal.timeout(patience);
  const changes = storage.watch(account, stop);
  if (await isSo()) return;
  for await (const _ of changes) if (await isSo()) return;
  throw new Error("it did not happen");
}
