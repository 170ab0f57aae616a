/** The RFCs' own examples: `tests/dialogues/smtp`. A comment `# given:` says what the server is given. */
import { Session } from "../../../../plugins/protocols/smtp/session.ts";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { FakeAuthentication } from "./fake_authentication.ts";
import { fakeContext, FakeDelivery, latin1 } from "./fake_context.ts";
import { validOptions } from "./talk.ts";

const folder = new URL("../../../dialogues/smtp/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`smtp dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    // One character an octet, as the dialogue has it: UTF-8 stays what it is.
    const transcript = latin1(await Deno.readFile(new URL(name, folder)));
    const isGiven = (what: string) => transcript.includes(`# given: ${what}\n`);
    const context = fakeContext(
      new FakeDelivery(),
      isGiven("logins") ? { authentication: new FakeAuthentication() } : {},
    );
    const options = validOptions(isGiven("submission") ? { mode: "submission" } : {});
    await runDialogue(
      transcript,
      (connection, stop) => new Session(context, options, connection).serve(stop),
      { startTls: isGiven("starttls"), tls: isGiven("tls") },
    );
  });
}
