/**
 * RFC 2444's examples as the protocols carry them: `tests/dialogues/otp`. Comments say what the server is given:
 * `# given: protocol acap`, `mode submission` (of SMTP), and `otp md5 500 ke1234 This is a test.`, tim's last one-time
 * password so far.
 */
import type { OtpAlgorithm } from "../../../../core/contract/mod.ts";
import { runDialogue } from "../../../support/run_dialogue.ts";
import { sequenceOf } from "./otp_client.ts";
import { serveOtp } from "./serve.ts";

const folder = new URL("../../../dialogues/otp/", import.meta.url);

for (const name of [...Deno.readDirSync(folder)].map(({ name }) => name).sort()) {
  Deno.test(`otp dialogue: ${name.replace(".txt", "").replaceAll("_", " ")}`, async () => {
    const transcript = await Deno.readTextFile(new URL(name, folder));
    const given = new Map(
      [...transcript.matchAll(/^# given: (\S+) (.*)$/gm)].map(([, key = "", rest = ""]) => [key, rest]),
    );
    const [algorithm = "", sequence = "", seed = "", ...words] = given.get("otp")?.split(" ") ?? [];
    const beginning = { algorithm: algorithm as OtpAlgorithm, sequence: Number(sequence), seed };
    const mode = given.get("mode");
    await using service = await serveOtp(
      given.get("protocol") ?? "",
      sequenceOf({ ...beginning, passPhrase: words.join(" ") }),
      mode === undefined ? undefined : { mode },
    );
    await runDialogue(transcript, service.serve);
  });
}
