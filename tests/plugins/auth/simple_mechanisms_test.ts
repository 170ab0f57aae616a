import { assert, assertEquals, assertThrows } from "@std/assert";
import { createHash, createHmac } from "node:crypto";
import { latin1Bytes } from "../../../core/wire/ascii.ts";
import anonymous from "../../../plugins/auth/anonymous.ts";
import apopPlugin, { apop } from "../../../plugins/auth/apop.ts";
import cramMd5Plugin, { cramMd5 } from "../../../plugins/auth/cram_md5.ts";
import external from "../../../plugins/auth/external.ts";
import login from "../../../plugins/auth/login.ts";
import plain from "../../../plugins/auth/plain.ts";
import { setUpMechanism, testAccount, testDirectory } from "../../support/test_directory.ts";
import { converse, request } from "./conversation.ts";

const directory = testDirectory({
  "tim@example.org": "tanstaaftanstaaf",
  "kurt@example.org": "xipj3plmq",
  "mrose@example.org": "tanstaaf",
  "jörg@example.org": "pässwörd",
});
const tim = testAccount("tim@example.org");
const malformed = { status: "failure", reason: "malformed" } as const;
const credentials = { status: "failure", reason: "credentials" } as const;

async function sayPlain(firstResponse: string | Uint8Array) {
  return (await converse(setUpMechanism(plain).exchange(request(directory, { firstResponse })))).outcome;
}

Deno.test("plain: RFC 4616 §4: the examples", async () => {
  assertEquals(await sayPlain("\0tim\0tanstaaftanstaaf"), { status: "success", account: tim });
  assertEquals(await sayPlain("Ursel\0Kurt\0xipj3plmq"), {
    status: "success",
    account: testAccount("kurt@example.org"),
    authorizeAs: "Ursel",
  });
});

Deno.test("plain: RFC 4616 §2: exactly two NULs, login and password not empty, all in UTF-8", async () => {
  for (const message of ["", "\0", "\0\0", "\0tim\0", "\0\0pw", "tim\0pw", "\0tim\0p\0w", "\0tim\0pw\0", "tim pw"]) {
    assertEquals(await sayPlain(message), malformed, JSON.stringify(message));
  }
  assertEquals(await sayPlain(latin1Bytes("\0tim\0p\xe4ss")), malformed);
  assertEquals(await sayPlain("\0tim\0wrong"), credentials);
  assertEquals(await sayPlain("\0nobody\0tanstaaftanstaaf"), credentials);
  assertEquals((await sayPlain("\0jörg\0pässwörd"))?.status, "success");
});

Deno.test("login: what is asked is what old clients compare with", async () => {
  const { challenges, outcome } = await converse(
    setUpMechanism(login).exchange(request(directory)),
    "tim",
    "tanstaaftanstaaf",
  );
  assertEquals([challenges, outcome], [["Username:", "Password:"], { status: "success", account: tim }]);
});

Deno.test("login: clients from before UTF-8 are understood", async () => {
  const { outcome } = await converse(
    setUpMechanism(login).exchange(request(directory)),
    latin1Bytes("j\xf6rg"),
    latin1Bytes("p\xe4ssw\xf6rd"),
  );
  assertEquals(outcome?.status, "success");
});

Deno.test("login: nothing, and NUL, is no login and no password", async () => {
  for (const [name, password] of [["", "pw"], ["tim", ""], ["tim\0", "pw"], ["tim", "p\0w"]] as const) {
    const { outcome } = await converse(setUpMechanism(login).exchange(request(directory)), name, password);
    assertEquals(outcome, malformed);
  }
});

Deno.test("cram-md5: RFC 2195 §2: the example", async () => {
  const challenge = "<1896.697170952@postoffice.reston.mci.net>";
  const { challenges, outcome } = await converse(
    cramMd5(request(directory), challenge),
    "tim b913a602c7eda7a495b4e6e7334d3890",
  );
  assertEquals([challenges, outcome], [[challenge], { status: "success", account: tim }]);
});

Deno.test("apop: RFC 1939 §7: the example", async () => {
  const response = "mrose c4c9334bac560ecc979e58001b3e22fb";
  const { outcome } = await converse(apop(request(directory), "<1896.697170952@dbc.mtview.ca.us>"), response);
  assertEquals(outcome, { status: "success", account: testAccount("mrose@example.org") });
  // Against another timestamp it is a replay.
  const replayed = await converse(apop(request(directory), "<1897.697170953@dbc.mtview.ca.us>"), response);
  assertEquals(replayed.outcome, credentials);
});

Deno.test("cram-md5, apop: RFC 6856 §2.2: the password is prepared; clients that do not prepare it are understood too", async () => {
  const soft = testDirectory({ "tim@example.org": "I\u00adX\u2168" });
  const timestamp = "<1@example.org>";
  for (const [password, isRight] of [["IXIX", true], ["I\u00adX\u2168", true], ["IX", false]] as const) {
    const digests = [
      await converse(
        apop(request(soft), timestamp),
        `tim ${createHash("md5").update(timestamp).update(password).digest("hex")}`,
      ),
      await converse(
        cramMd5(request(soft), timestamp),
        `tim ${createHmac("md5", password).update(timestamp).digest("hex")}`,
      ),
    ];
    for (const { outcome } of digests) assertEquals(outcome?.status === "success", isRight, password);
  }
});

Deno.test("cram-md5, apop: a login may hold spaces; what has no digest of 32 digits is malformed", async () => {
  const spaced = testDirectory({ "tim o'hara@example.org": "tanstaaftanstaaf" });
  const challenge = "<1896.697170952@postoffice.reston.mci.net>";
  const good = await converse(
    cramMd5(request(spaced), challenge),
    "tim o'hara B913A602C7EDA7A495B4E6E7334D3890",
  );
  assertEquals(good.outcome?.status, "success");
  const digest = "b913a602c7eda7a495b4e6e7334d3890";
  for (
    const response of ["", "tim", digest, ` ${digest}`, `tim ${digest}0`, `tim ${digest.slice(1)}`, `tim ${digest} `]
  ) {
    assertEquals((await converse(cramMd5(request(directory), challenge), response)).outcome, malformed, response);
  }
});

Deno.test("cram-md5, apop: RFC 2195 §2, RFC 1939 §7: a challenge is a msg-id of ours, and never the same twice", async () => {
  for (const plugin of [cramMd5Plugin, apopPlugin]) {
    const mechanism = setUpMechanism(plugin, undefined, { hostname: "mail.example.org", now: () => new Date(12345) });
    const first = (await converse(mechanism.exchange(request(directory)))).challenges[0] ?? "";
    const second = (await converse(mechanism.exchange(request(directory)))).challenges[0] ?? "";
    assert(/^<[0-9a-f-]{36}\.12345@mail\.example\.org>$/.test(first), first);
    assert(first !== second);
  }
});

Deno.test("cram-md5: an account whose password is not kept fails like a wrong password", async () => {
  const few = testDirectory({ "tim@example.org": "tanstaaftanstaaf" }, { schemes: ["scram-sha-256"] });
  const { outcome } = await converse(cramMd5(request(few), "<1@x>"), "tim b913a602c7eda7a495b4e6e7334d3890");
  assertEquals(outcome, credentials);
});

Deno.test("anonymous: RFC 4505 §2: a trace of 255 characters at most, without control characters", async () => {
  const mechanism = setUpMechanism(anonymous, { account: "tim@example.org" });
  const outcome = async (firstResponse: string | Uint8Array) =>
    (await converse(mechanism.exchange(request(directory, { firstResponse })))).outcome;
  for (const trace of ["", "sirhc", "sirhc@example.org", "é".repeat(255)]) {
    assertEquals(await outcome(trace), { status: "success", account: tim });
  }
  for (const trace of ["x".repeat(256), "a\0b", "a\nb", latin1Bytes("\xe9")]) {
    assertEquals(await outcome(trace), malformed);
  }
});

Deno.test("anonymous: there is none unless an account is named", () => {
  assertThrows(() => setUpMechanism(anonymous), Error, "account: is missing");
  assertThrows(() => setUpMechanism(anonymous, { account: "" }), Error, "account: expected the address");
});

Deno.test("external: RFC 4422 appendix A: the certificate says who, the response as whom", async () => {
  const outcome = async (firstResponse: string, ...clientAddresses: string[]) =>
    (await converse(setUpMechanism(external).exchange(request(directory, { firstResponse, clientAddresses })))).outcome;
  assertEquals(await outcome("", "tim@example.org"), { status: "success", account: tim });
  assertEquals(await outcome("", "gone@example.org", "tim@example.org"), { status: "success", account: tim });
  // Of several it is the one that is asked for.
  assertEquals(await outcome("Kurt@example.org", "tim@example.org", "kurt@example.org"), {
    status: "success",
    account: testAccount("kurt@example.org"),
    authorizeAs: "Kurt@example.org",
  });
  assertEquals(await outcome("kurt@example.org", "tim@example.org"), {
    status: "success",
    account: tim,
    authorizeAs: "kurt@example.org",
  });
  assertEquals(await outcome("", "tim"), credentials);
  assertEquals(await outcome("", "gone@example.org"), credentials);
  assertEquals(await outcome("tim\0", "tim@example.org"), malformed);
});
