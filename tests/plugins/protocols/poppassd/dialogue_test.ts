/** Conversations as others have them: `tests/dialogues/poppassd`. */
import { assert } from "@std/assert";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { givenIn } from "../given.ts";
import { poppassd } from "./serve.ts";

const folder = new URL("../../../dialogues/poppassd/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`poppassd dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const transcript = await Deno.readTextFile(new URL(name, folder));
    const given = givenIn(transcript);
    const [login = "", password = ""] = given("account").flatMap((text) => text.split(" "));
    await using tested = await poppassd({ accounts: { [login]: password } });
    await runDialogue(transcript, tested.serve, { tls: true });
    assert(await tested.isPassword(login, given("password")[0] ?? ""));
  });
}
