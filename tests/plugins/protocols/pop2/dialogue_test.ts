/** The RFC's own examples: `tests/dialogues/pop2`. */
import { assertEquals } from "@std/assert";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { givenIn, sizesOf } from "../given.ts";
import { mailOf } from "../pop3/fake_maildrops.ts";
import { pop2 } from "./serve.ts";

const folder = new URL("../../../dialogues/pop2/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`pop2 dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const transcript = await Deno.readTextFile(new URL(name, folder));
    const given = givenIn(transcript);
    const [login = "", password = ""] = given("account").flatMap((text) => text.split(" "));
    const { serve, content, isUnlocked } = await pop2({
      address: `${login.toLowerCase()}@example.org`,
      password,
      hostname: given("hostname")[0] ?? "",
      mail: { INBOX: given("messages").flatMap(sizesOf).map(mailOf) },
    });
    await runDialogue(transcript, serve);
    assertEquals([(await content()).length, await isUnlocked()], [Number(given("left")[0]), true]);
  });
}
