import { assert, assertEquals } from "@std/assert";
import { isSecretName, redactLine, redactUrls } from "../../../core/observe/redact.ts";

Deno.test("redact: what proves who a client is does not stay in its line", () => {
  const lines: Readonly<Record<string, string>> = {
    "PASS hunter2": "PASS (hidden)",
    "pass  two words": "pass (hidden)",
    "APOP mrose c4c9334bac560ecc979e58001b3e22fb": "APOP mrose (hidden)",
    "AUTH PLAIN AGEAYg==": "AUTH PLAIN (hidden)",
    "AUTH CRAM-MD5": "AUTH CRAM-MD5",
    "a1 LOGIN mrose hunter2": "a1 LOGIN (hidden)",
    'a1 login "m rose" {7+}': "a1 login (hidden)",
    "a2 AUTHENTICATE PLAIN AGEAYg==": "a2 AUTHENTICATE PLAIN (hidden)",
    'AUTHENTICATE "PLAIN" "AGEAYg=="': 'AUTHENTICATE "PLAIN" (hidden)',
    "PASS": "PASS",
    "RETR 1": "RETR 1",
    "MAIL FROM:<a@example.org> AUTH=<>": "MAIL FROM:<a@example.org> AUTH=<>",
    "a3 SELECT inbox": "a3 SELECT inbox",
  };
  for (const [line, redacted] of Object.entries(lines)) assertEquals(redactLine(line), redacted);
});

Deno.test("redact: names of fields that hold secrets, and names that only look so", () => {
  const names = [
    "password",
    "newPassword",
    "secret",
    "accessToken",
    "auth_response",
    "initialResponse",
    "apiKey",
    "passwd",
  ];
  for (const name of names) assert(isSecretName(name), name);
  for (const name of ["passed", "account", "mechanism", "port", "keys", "reason"]) assert(!isSecretName(name), name);
});

Deno.test("redact: passwords in addresses", () => {
  assertEquals(redactUrls("at postgres://mail:hunter2@db/mail"), "at postgres://mail:(hidden)@db/mail");
  assertEquals(redactUrls("https://example.org:443/a@b"), "https://example.org:443/a@b");
});
