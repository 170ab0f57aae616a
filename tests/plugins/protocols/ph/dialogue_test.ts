/** The RFC's own examples, and others': `tests/dialogues/ph`. */
import { runDialogue } from "../../../support/run_dialogue.ts";
import { givenIn } from "../given.ts";
import { here, ph } from "./serve.ts";

const folder = new URL("../../../dialogues/ph/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`ph dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const transcript = await Deno.readTextFile(new URL(name, folder));
    const { serve } = await ph(givenIn(transcript)("accounts").flatMap((text) => text.split(" ")));
    await runDialogue(transcript, serve, here);
  });
}
