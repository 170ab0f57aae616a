/**
 * Clients of SDPS as they speak, and what its description shows: `tests/dialogues/sdps`. `# given: mail SENDER RECIPIENT` is
 * a message, whose sender may be `<>`; `# given: mail` one that did not come by SMTP.
 */
import { assertEquals } from "@std/assert";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { givenIn } from "../given.ts";
import { type HostMail, sdps } from "./serve.ts";

const folder = new URL("../../../dialogues/sdps/", import.meta.url);

function mailOf(text: string): HostMail {
  const [sender, recipient] = text.split(" ").filter((word) => word !== "");
  if (sender === undefined || recipient === undefined) return {};
  return { envelope: { sender: sender === "<>" ? "" : sender, recipient } };
}

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`sdps dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const transcript = await Deno.readTextFile(new URL(name, folder));
    const given = givenIn(transcript);
    const options = Object.fromEntries(
      given("option").map((text) => [text.slice(0, text.indexOf(" ")), text.slice(text.indexOf(" ") + 1)]),
    );
    const { serve, content, isUnlocked, log } = await sdps({ mail: given("mail").map(mailOf), options });
    await runDialogue(transcript, serve);
    assertEquals([(await content()).length, await isUnlocked()], [Number(given("left")[0]), true]);
    assertEquals(log.lines.filter((line) => line.startsWith("error")), []);
  });
}
