/** Clients of KPOP as they are known to speak: `tests/dialogues/kpop`. */
import { latin1 } from "../../../../core/wire/ascii.ts";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { kpopService, message, versions } from "./talk.ts";

const folder = new URL("../../../dialogues/kpop/", import.meta.url);

const names = {
  versions,
  ticket: message("ticket of mrose@MIT.EXAMPLE"),
  othersTicket: message("ticket of test@MIT.EXAMPLE"),
  mutualTicket: message("mutual ticket of mrose@MIT.EXAMPLE"),
  reply: message("reply to mrose@MIT.EXAMPLE"),
};

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`kpop dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const transcript = latin1(await Deno.readFile(new URL(name, folder)));
    await runDialogue(transcript, kpopService().serve, { names });
  });
}
