/**
 * The RFCs' own examples, and Eudora's: `tests/dialogues/acap`. Comments say what the server is given: `# given: tls`,
 * `starttls`, `strict` (no passwords without TLS), `accounts fred joe`, `password tim tanstaaf`, `challenge <1@x>` (CRAM-MD5's; PLAIN is the other
 * mechanism), `administrator fred`,
 * `option eudora true`, `settings AccessMethod pop` (of Eudora), `at 1997-07-28T10:52:58Z`, and
 * `run fred STORE (…)`: what that account has done before.
 */
import type { AuthMechanism } from "../../../../core/contract/mod.ts";
import { latin1 } from "../../../../core/wire/ascii.ts";
import { cramMd5 } from "../../../../plugins/auth/cram_md5.ts";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { testMechanisms } from "../../../support/test_directory.ts";
import { logIn, testService } from "./talk.ts";

/** CRAM-MD5 whose challenge is known, and PLAIN. */
function mechanismsOf(challenge: string): AuthMechanism[] {
  const [cram, plain] = ["CRAM-MD5", "PLAIN"].map((name) =>
    testMechanisms().find(({ mechanism }) => mechanism === name)
  );
  if (cram === undefined || plain === undefined) throw new Error("the test mechanisms have no CRAM-MD5 or PLAIN");
  return [{ ...cram, exchange: (request) => cramMd5(request, challenge) }, plain];
}

const folder = new URL("../../../dialogues/acap/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`acap dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const transcript = latin1(await Deno.readFile(new URL(name, folder)));
    const given = [...transcript.matchAll(/^# given: (\S+) ?(.*)$/gm)]
      .map(([, key = "", rest = ""]) => ({ key, rest, words: rest.split(" ") }));
    const isGiven = (what: string) => given.some(({ key }) => key === what);
    const all = (what: string) => given.filter(({ key }) => key === what).map(({ words }) => words);
    const [accounts] = all("accounts");
    const [[challenge = ""] = []] = all("challenge");
    let now = new Date("1997-07-28T10:22:26Z");
    const service = await testService({
      options: {
        ...Object.fromEntries(all("option").map(([name, value = ""]) => [name, Number(value) || value])),
        ...isGiven("settings") && { eudora_settings: Object.fromEntries(all("settings").map(([a, b]) => [a, b])) },
        administrators: all("administrator").flat(),
      },
      cleartextAuth: !isGiven("strict"),
      now: () => now,
      ...challenge !== "" && { mechanisms: mechanismsOf(challenge) },
      passwords: Object.fromEntries(all("password")),
      ...accounts && { accounts },
    });
    for (const { key, rest, words: [address = "", ...command] } of given) {
      if (key === "at") now = new Date(rest);
      if (key !== "run") continue;
      await using client = await logIn(service, address);
      await client.done(command.join(" ").replaceAll("\\t", "\t"));
    }
    await runDialogue(transcript, service.serve, { startTls: isGiven("starttls"), tls: isGiven("tls") });
  });
}
