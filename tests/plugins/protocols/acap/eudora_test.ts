/** Eudora as its source has it (AcapDlg.cpp), line by line: what it makes of what it is told. */
import { assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { testMechanisms } from "../../../support/test_directory.ts";
import { AcapClient, type Given, password, testService } from "./talk.ts";

const alice = "alice@example.org";

/** What Eudora does when it is told a server's name: its settings, or undefined where it gives up. */
async function configure(given: Given, login = "alice"): Promise<ReadonlyMap<string, string> | undefined> {
  const service = await testService({ accounts: [alice], ...given });
  await using client = new AcapClient(service);
  const greeting = (await client.greeting ?? "").toUpperCase();
  const say = (line: string) => client.wire.send(`${line}\r\n`);
  const hear = async () => await client.wire.readLine() ?? "";
  if (greeting.includes("CRAM-MD5")) {
    say('. Authenticate "CRAM-MD5"');
    const [, challenge = ""] = /"([^"]*)"/.exec(await hear()) ?? [];
    say(`"${login} ${createHmac("md5", password).update(challenge).digest("hex")}"`);
  } else {
    say(`. Authenticate "PLAIN" "${login} ${password}"`);
  }
  if (!(await hear()).startsWith(". OK")) return undefined;
  say('. search "/Vendor.Eudora/~/" return ("*") equal "entry" "en-nocase" "settings"');
  const settings = new Map<string, string>();
  for (let name = "";;) {
    const line = await hear();
    if (line.startsWith(". OK")) break;
    if (/^\. (?:NO|BAD)/.test(line)) return undefined;
    // Any of these cuts the line, wherever it is.
    const [cut = ""] = line.split(/[{}() ]/);
    if (line.toUpperCase().includes("VENDOR.EUDORA.")) name = cut.slice("Vendor.Eudora.".length);
    else if (name !== "") {
      settings.set(name, cut);
      name = "";
    }
  }
  say(". logout");
  assertEquals([await hear(), await hear()].map((line) => line.slice(0, 5)), ["* BYE", ". OK "]);
  return settings;
}

const expected = new Map([
  ["MailName", "alice"],
  ["MailServer", "mail.example.org"],
  ["ReturnAddress", alice],
  ["SMTPServer", "smtp.example.org"],
  ["RealName", "Zo\u00c3\u00ab"],
  ["SMTPPort", "587"],
  ["LeaveMailOnServer", "1"],
  ["DomainQualifier", ""],
]);
const eudora: Record<string, unknown> = {
  eudora: true,
  "eudora_settings": {
    SMTPServer: "smtp.example.org",
    ...{ RealName: "Zoë", SMTPPort: 587, LeaveMailOnServer: "1", DomainQualifier: "" },
  },
};

Deno.test("acap: Eudora reads its settings, by CRAM-MD5", async () => {
  assertEquals(await configure({ options: eudora }), expected);
});

Deno.test("acap: Eudora reads its settings where PLAIN alone is offered, by a PLAIN of its own", async () => {
  const mechanisms = testMechanisms().filter(({ mechanism }) => mechanism === "PLAIN");
  assertEquals(await configure({ options: eudora, mechanisms }), expected);
});

Deno.test("acap: Eudora has no settings with a wrong name, and none without the option", async () => {
  assertEquals(await configure({ options: { eudora: true } }, "bob"), undefined);
  assertEquals(await configure({}), undefined);
});

Deno.test("acap: an account of another domain is told its whole address as its name", async () => {
  const other = "alice@example.net";
  const settings = await configure({ accounts: [other], options: { eudora: true } }, other);
  assertEquals([settings?.get("MailName"), settings?.get("ReturnAddress")], [other, other]);
});
