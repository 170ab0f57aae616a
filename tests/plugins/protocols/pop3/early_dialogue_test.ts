/** What POP3 was before RFC 1939: `tests/dialogues/pop3_early`, played against the plugin itself. */
import { runDialogue } from "../../../support/run_dialogue.ts";
import { givenIn, sizesOf } from "../given.ts";
import { converse } from "../mail_context.ts";
import { mailOf } from "./fake_maildrops.ts";
import { pop3Plugin } from "./plugin_service.ts";

const folder = new URL("../../../dialogues/pop3_early/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`pop3 dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const transcript = await Deno.readTextFile(new URL(name, folder));
    const given = givenIn(transcript);
    const [login = "", password = ""] = given("account").flatMap((text) => text.split(" "));
    const options = Object.fromEntries(
      given("option").map((text) => {
        const [option = "", value] = text.split(" ");
        return [option, option === "rpop" ? [value] : value];
      }),
    );
    const { serve } = await pop3Plugin({
      address: `${login}@example.org`,
      password,
      mail: { INBOX: given("messages").flatMap(sizesOf).map(mailOf) },
      cleartextAuth: given("strict").length === 0,
      options,
    });
    for (const number of given("retrieved")) {
      await converse(serve, `USER ${login}\r\nPASS ${password}\r\nRETR ${number}\r\nQUIT\r\n`);
    }
    const [peer = "192.0.2.1", port = "40000"] = given("peer").flatMap((text) => text.split(" "));
    await runDialogue(transcript, serve, { peer, peerPort: Number(port) });
  });
}
