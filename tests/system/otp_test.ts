/** One-time passwords on a real server: begun on the command line, used once over whatever protocol, spent before that is told. */
import { assertEquals, assertMatch } from "@std/assert";
import { encodeBase64 } from "../../core/message/base64.ts";
import { encodeUtf8 } from "../../core/wire/utf8.ts";
import { answerOf } from "../plugins/auth/otp/otp_client.ts";
import { type Dialogue, dialogue } from "../support/plain_client.ts";
import { runMain } from "../support/run_main.ts";
import { serverHome } from "../support/spawn_server.ts";
import { alice } from "../support/test_config.ts";

const passPhrase = "A_Valid_Pass_Phrase";
const base64 = (text: string) => encodeBase64(encodeUtf8(text));
const isBusy = /^-ERR \[SYS\/TEMP\] /;

/** A session that has been asked for a one-time password, and for which; or the refusal. */
async function begin(stack: AsyncDisposableStack, port: number): Promise<[session: Dialogue, challenge: string]> {
  const session = stack.use(await dialogue(port));
  await session.line();
  const reply = await session.ask(`AUTH OTP ${base64(`\0${alice.address}`)}`);
  return [session, reply.startsWith("+ ") ? atob(reply.slice(2)) : reply];
}

const right = (challenge: string) => base64(answerOf(challenge, { passPhrase }));

Deno.test("server: a one-time password that let somebody in lets nobody in again, though the server is killed at once", async () => {
  await using home = await serverHome({ auth: ["plain", "otp"] });
  await using stack = new AsyncDisposableStack();
  const { code, stdout } = await runMain(
    ["account", "otp", alice.address, "--seed", "ke1234", "--password-stdin", "--config", home.file],
    { folder: home.folder, stdin: passPhrase },
  );
  assertEquals([code, stdout], [0, `one-time passwords of ${alice.address}: 499, from otp-md5 499 ke1234 on\n`]);

  const first = stack.use(await home.spawn());
  const [session, challenge] = await begin(stack, first.ports.pop3);
  assertEquals(challenge, "otp-md5 499 ke1234 ext");
  // RFC 2289 §9: while that is under way, nobody else may try.
  const [, refusal] = await begin(stack, first.ports.pop3);
  assertMatch(refusal, isBusy);
  assertMatch(await session.ask(right(challenge)), /^\+OK /);
  first.kill("SIGKILL");
  await first.status;

  const second = stack.use(await home.spawn());
  const [replayed, next] = await begin(stack, second.ports.pop3);
  assertEquals(next, "otp-md5 498 ke1234 ext");
  assertMatch(await replayed.ask(right(challenge)), /^-ERR \[AUTH\] /);
  const [again, same] = await begin(stack, second.ports.pop3);
  assertEquals(same, next);
  assertMatch(await again.ask(right(same)), /^\+OK /);
  assertEquals(JSON.stringify([...first.log, ...second.log]).includes(passPhrase), false);
});

Deno.test("server: a login by a one-time password that is broken off keeps nobody out", async () => {
  await using home = await serverHome({ auth: ["otp"] });
  await using stack = new AsyncDisposableStack();
  await runMain(["account", "otp", alice.address, "--password-stdin", "--config", home.file], {
    folder: home.folder,
    stdin: passPhrase,
  });
  const server = stack.use(await home.spawn());
  const leaving = new AsyncDisposableStack();
  const [, challenge] = await begin(leaving, server.ports.pop3);
  await leaving.disposeAsync();
  await server.logged("authentication was cancelled");
  const [session, same] = await begin(stack, server.ports.pop3);
  assertEquals(same, challenge);
  assertMatch(await session.ask(right(same)), /^\+OK /);
});
