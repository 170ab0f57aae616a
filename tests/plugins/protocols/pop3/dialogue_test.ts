/**
 * The RFCs' own examples: `tests/dialogues/pop3`. Comments say what the server is given: `# given: tls`, `starttls`,
 * `messages 369`, `option login_delay 900s`, `locked`, `rfc5034 digest`.
 */
import type { AccountId, AuthMechanism } from "../../../../core/contract/mod.ts";
import { latin1, latin1Bytes } from "../../../../core/wire/ascii.ts";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { FakeMaildrops, mailOf } from "./fake_maildrops.ts";
import { mechanismsWithTimestamp, mrose, testService } from "./talk.ts";

const folder = new URL("../../../dialogues/pop3/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`pop3 dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    // One character an octet, as the dialogue has it: UTF-8 stays what it is.
    const transcript = latin1(await Deno.readFile(new URL(name, folder)));
    const given = [...transcript.matchAll(/^# given: (\S+) ?(.*)$/gm)];
    const isGiven = (what: string) => given.some(([, key]) => key === what);
    const sizes = given.find(([, key]) => key === "messages")?.[2]?.split(" ").map(Number) ?? [120, 200];
    const maildrops = new FakeMaildrops({ [mrose]: sizes.map(mailOf), "test@example.org": [] });
    if (isGiven("locked")) maildrops.locked.add(mrose as AccountId);
    const options = given.filter(([, key]) => key === "option").map(([, , text = ""]) => text.split(" "));
    const { serve } = testService({
      maildrops,
      options: Object.fromEntries(options),
      cleartextAuth: !isGiven("strict"),
      mechanisms: isGiven("rfc5034") ? [digestOfRfc5034] : mechanismsWithTimestamp(),
    });
    await runDialogue(transcript, serve, { startTls: isGiven("starttls"), tls: isGiven("tls") });
  });
}

/** The conversation of RFC 5034 §6: what a mechanism says, and what it expects. */
const digestOfRfc5034: AuthMechanism = {
  mechanism: "DIGEST-MD5",
  first: "server",
  needs: "nothing",
  revealsPassword: false,
  async *exchange() {
    const response = yield latin1Bytes(
      'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8',
    );
    if (!latin1(response).includes("response=b0d56d2f054c24b62072322106468db9")) {
      return { status: "failure", reason: "credentials" };
    }
    const finalData = latin1Bytes("rspauth=0b971462cef5e8f930db9a33b02fc9a0");
    return { status: "success", account: mrose as AccountId, finalData };
  },
};
