/** USER and PASS after a ticket: who may open whose maildrop, and what is left of POP3. */
import { assert, assertEquals } from "@std/assert";
import { talk } from "../pop3/talk.ts";
import { type KpopGiven, kpopService, message, versions } from "./talk.ts";

const opened = "+OK maildrop has 2 messages (320 octets)";
const refused = "-ERR [AUTH] invalid login or password";
const forbidden = "-ERR [AUTH] this login may not act for that one";

/** Replies after the greeting, to the holder of a ticket. */
async function replies(principal: string, commands: string, given: KpopGiven = {}): Promise<readonly string[]> {
  const tested = kpopService(given);
  return (await talk(tested, versions + message(`ticket of ${principal}`) + commands)).lines.slice(1);
}

/** What becomes of USER and PASS. */
async function logIn(principal: string, login: string, given: KpopGiven = {}): Promise<string | undefined> {
  const [, answer] = await replies(principal, `USER ${login}\r\nPASS krb_ticket\r\n`, given);
  return answer;
}

Deno.test("kpop: the ticket decides at PASS, whatever text PASS has", async () => {
  for (const text of ["krb_ticket", "hej", "mrose", "", "wrong"]) {
    assertEquals(await replies("mrose@MIT.EXAMPLE", `USER mrose\r\nPASS ${text}\r\n`), ["+OK send PASS", opened]);
  }
  assertEquals(await logIn("mrose@MIT.EXAMPLE", "mrose@dbc.mtview.ca.us"), opened);
});

Deno.test("kpop: another's maildrop stays closed, with the right password too", async () => {
  assertEquals(await replies("test@MIT.EXAMPLE", "USER mrose\r\nPASS tanstaaf\r\nSTAT\r\n"), [
    ...["+OK send PASS", forbidden, "-ERR log in first"],
  ]);
  for (
    const principal of ["mrose@EVIL.EXAMPLE", "mrose/admin@MIT.EXAMPLE", "nobody@MIT.EXAMPLE", "mrose@mit.example"]
  ) {
    assertEquals(await logIn(principal, "mrose"), refused, principal);
  }
});

Deno.test("kpop: the answers to USER tell of nobody, and those to PASS not why", async () => {
  const asked = (login: string) => replies("test@MIT.EXAMPLE", `USER ${login}\r\nPASS x\r\n`);
  assertEquals(await asked("mrose"), await asked("frated"));
});

Deno.test("kpop: who was refused may try again", async () => {
  const lines = await replies("mrose@MIT.EXAMPLE", "USER test\r\nPASS x\r\nUSER mrose\r\nPASS x\r\n");
  assertEquals(lines, ["+OK send PASS", forbidden, "+OK send PASS", opened]);
});

Deno.test("kpop: the option principals lets single principals of any realm in", async () => {
  const options = { principals: { "rose/mail@OTHER.EXAMPLE": "mrose@dbc.mtview.ca.us" } };
  assertEquals(await logIn("rose/mail@OTHER.EXAMPLE", "mrose", { options }), opened);
  assertEquals(await logIn("rose@OTHER.EXAMPLE", "mrose", { options }), refused);
});

Deno.test("kpop: USER is taken in clear text, where passwords are not; APOP, AUTH and STLS are not there", async () => {
  const lines = await replies("mrose@MIT.EXAMPLE", "CAPA\r\nAPOP mrose x\r\nAUTH PLAIN\r\nAUTH\r\nSTLS\r\n", {
    cleartextAuth: false,
  });
  const capabilities = lines.slice(1, lines.indexOf("."));
  assert(capabilities.includes("USER"));
  assertEquals(capabilities.filter((line) => /^(SASL|STLS|APOP)/.test(line)), []);
  assertEquals(lines.slice(-4), Array(4).fill("-ERR unknown command"));
  assertEquals(await logIn("mrose@MIT.EXAMPLE", "mrose", { cleartextAuth: false }), opened);
});

Deno.test("kpop: one line of log says who logged in by what as whom", async () => {
  const tested = kpopService();
  await talk(tested, `${versions}${message("ticket of mrose@MIT.EXAMPLE")}USER mrose\r\nPASS secret\r\nQUIT\r\n`);
  const [line = "", ...more] = tested.log.lines.filter((line) => line.includes("authenticated"));
  assertEquals(more, []);
  for (const part of ["KPOP", "mrose"]) assert(line.includes(part), line);
  assert(tested.log.lines.some((line) => line.includes("mrose@MIT.EXAMPLE")));
  assert(!tested.log.lines.some((line) => line.includes("secret")));
});
