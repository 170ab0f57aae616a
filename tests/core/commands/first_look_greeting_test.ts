import { assertEquals } from "@std/assert";
import { parseListenAddress } from "../../../core/config/listen_address.ts";
import { greeting } from "../../../core/commands/first_look_greeting.ts";

function listening(protocol: string, text: string, options: unknown = {}) {
  const address = parseListenAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return { protocol, options, address };
}

const all = [
  listening("smtp", "127.0.0.1:2587 starttls", { mode: "submission" }),
  listening("imap", "127.0.0.1:2993 tls"),
];

/** Lines that tell something of passwords. */
function told(passwords: readonly (string | undefined)[]): string[] {
  const accounts = passwords.map((password, index) => ({ address: `${"ab"[index]}@example.org`, password }));
  return greeting(accounts, all).split("\n").filter((line) => /@|password/.test(line) && !line.startsWith("Serving"));
}

Deno.test("start: passwords that are kept no more are not said to be, and the line that sets one is shown", () => {
  const unknown = (address: string) =>
    `  ${address}     (not known here; "main.ts account password ${address} --config ./data/mail.yaml" sets one)`;
  assertEquals(told([undefined, undefined]).map((line) => line.replace(/ {2,}\(/, "     (")), [
    unknown("a@example.org"),
    unknown("b@example.org"),
  ]);
  const kept = "The passwords are kept in ./data/first_look_passwords.json; remove it when you no longer need it.";
  assertEquals(told(["x", undefined]).at(-1), kept);
  assertEquals(told(["x", "y"]).at(-1), kept);
  assertEquals(told(["x", "y"]).filter((line) => line.includes("curl")).length, 2);
});
