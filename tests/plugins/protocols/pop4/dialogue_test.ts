/**
 * The examples of docs/pop4.md, word for word, each in a session of alice's that has logged in, unless it says
 * `# given: nobody`; and POP3's own dialogues, with POP4's greeting and CAPA.
 */
import { assertEquals } from "@std/assert";
import { latin1 } from "../../../../core/wire/ascii.ts";
import { pop3Commands } from "../../../../plugins/protocols/pop3/commands.ts";
import { FolderLocks } from "../../../../plugins/protocols/pop4/folder_locks.ts";
import { pop4Commands } from "../../../../plugins/protocols/pop4/commands.ts";
import { inOneThread } from "../../../../core/sasl/holds.ts";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { dialogueNames, playDialogue } from "../pop3/rfc_dialogues.ts";
import { mail, pop4 } from "./serve.ts";

const common = inOneThread({ now: () => new Date() });
const greeting = "POP3 POP4 rev 1 server ready";

const page = latin1(await Deno.readFile(new URL("../../../../docs/pop4.md", import.meta.url)));

const login = [
  "S: {{any}}",
  "C: USER alice",
  "C: PASS secret",
  "S: +OK send PASS",
  "S: +OK maildrop has 3 messages (383 octets)",
  "",
].join("\n");

const mixed = [
  ...["Subject: three", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", ""],
  ...["--b", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", ""],
  ...["Gr=C3=BC=C3=9Fe", "", "--b", "Content-Type: application/pdf", "Content-Transfer-Encoding: base64"],
  ...['Content-Disposition: attachment; filename="a b.pdf"', "", "JVBERi0xLjcK", "--b--", ""],
].join("\r\n");

const examples = [...page.matchAll(/^```pop4\n(.*?)^```/gms)].map(([, text = ""]) => text);
const headings = [...page.matchAll(/^##+ (.+?)\n.*?(?=^##|(?![^]))/gms)].flatMap(([section, heading = ""]) =>
  Array<string>(section.split("```pop4").length - 1).fill(heading)
);

Deno.test("pop4: docs/pop4.md has an example of each verb", () => {
  const verbs = [...pop4Commands(new FolderLocks(common)).keys()].filter((keyword) => !pop3Commands.has(keyword));
  assertEquals(verbs.length, 15);
  const said = examples.join("");
  assertEquals(verbs.filter((verb) => !new RegExp(`^C: ${verb}\\b`, "m").test(said)), []);
});

/** What a POP3 client sees that does not look for POP4: a longer greeting, and more lines in CAPA. */
function withPop4(transcript: string): string {
  const verbs = [...pop4Commands(new FolderLocks(common)).keys()].filter((keyword) => !pop3Commands.has(keyword));
  return transcript.replaceAll("S: +OK POP3 server ready", `S: +OK ${greeting}`)
    .replaceAll(/^S: UTF8 USER$/gm, `$&\n${verbs.map((verb) => `S: ${verb}`).join("\n")}`);
}

for (const name of dialogueNames) {
  Deno.test(`pop4: POP3 clients notice nothing: ${name.replaceAll("_", " ")}`, async () => {
    await playDialogue(name, { commands: pop4Commands(new FolderLocks(common)), greeting, transcript: withPop4 });
  });
}

for (const [index, example] of examples.entries()) {
  Deno.test(`pop4 dialogue: docs/pop4.md, ${headings[index]}`, async () => {
    const { serve, storage, alice, share } = await pop4({
      alice: {
        INBOX: [mail("one"), mail("two"), mixed],
        "Archive": [],
        "Archive/2025": [mail("archived")],
        "Entwürfe": [],
        "Sent Items": [],
      },
      bob: { "Team": [mail("of bob")], "Diary": [mail("of nobody else")] },
    });
    await share("Team", "ilrs");
    for (const [name, specialUse] of [["Entwürfe", "\\Drafts"], ["Sent Items", "\\Sent"]] as const) {
      const mailbox = await storage.mailboxByName(alice, name);
      if (mailbox) await storage.apply([{ do: "setSpecialUse", mailbox: mailbox.id, specialUse }]);
    }
    await runDialogue((example.includes("# given: nobody") ? "" : login) + example, serve);
  });
}
