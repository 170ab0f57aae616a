/** The RFCs' own examples. */
import { dialogueNames, playDialogue } from "./rfc_dialogues.ts";

for (const name of dialogueNames) {
  Deno.test(`pop3 dialogue: ${name.replaceAll("_", " ")}`, () => playDialogue(name));
}
