/** Sessions of LDAP, message by message, in a notation of BER: `tests/dialogues/ldap`. */
import { assertEquals } from "@std/assert";
import { ber, notation } from "./ber_notation.ts";
import { ldap } from "./talk.ts";

const folder = new URL("../../../dialogues/ldap/", import.meta.url);

/** What is configured, by the name of a dialogue. */
const options: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "eudora.txt": { anonymous: ["192.0.2.1"] },
  "thunderbird.txt": { anonymous: ["192.0.2.0/24"] },
};

/** A transcript's turns; a line that is indented goes on with the one before. */
function turnsOf(transcript: string): { readonly from: string; readonly text: string }[] {
  const lines = transcript.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const turns: { from: string; text: string }[] = [];
  for (const line of lines) {
    const last = turns.at(-1);
    if (/^\s/.test(line) && last !== undefined) last.text += ` ${line.trim()}`;
    else turns.push({ from: line.slice(0, 2), text: line.slice(2).trim() });
  }
  return turns;
}

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`ldap dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const { connect } = await ldap({ options: options[name] ?? {} });
    await using client = connect({ startTls: true });
    for (const { from, text } of turnsOf(await Deno.readTextFile(new URL(name, folder)))) {
      if (from === "C:") client.say(text);
      else if (from === "S.") assertEquals(await client.hear(), undefined);
      // When accounts were made is another time in each run.
      else assertEquals((await client.hear())?.replace(/"\d{14}Z"/g, '"TIME"'), notation(ber(text)));
    }
    assertEquals(client.client.unread, "");
  });
}
