/** Promises about logins, passwords and what is kept of them (design section 6). */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { OtpSequence, SecretScheme } from "../../../core/contract/authentication.ts";
import { digestSecret } from "../../../core/sasl/digest_keys.ts";
import { otpOf } from "../../../core/sasl/otp.ts";
import { deriveScramKeys, scramIterations } from "../../../core/sasl/scram_keys.ts";
import type { DirectoryPromise } from "../directory_suite.ts";

const scrams = [["scram-sha-1", "sha1"], ["scram-sha-256", "sha256"], ["scram-sha-512", "sha512"]] as const;
const schemes: readonly SecretScheme[] = ["plain", "digest-md5", "scram-sha-1", "scram-sha-256", "scram-sha-512"];

/** Them. */
export const loginPromises: readonly DirectoryPromise[] = [
  ["an address and its password log in; another password and another login do not", async ({ directory, admin }) => {
    const { account } = await admin.add("joe@example.org", "secret");
    await admin.add("ann@example.org", "other");
    assert(directory.canCheckPassword);
    assertEquals(await directory.checkPassword("joe@example.org", "secret"), account);
    for (const password of ["other", "Secret", "secret ", ""]) {
      assertEquals(await directory.checkPassword("joe@example.org", password), undefined);
    }
    for (const login of ["nobody@example.org", "joe@example.net", "joe@example.com", "", "@", "@example.org", "joe@"]) {
      assertEquals(await directory.checkPassword(login, "secret"), undefined, login);
      assertEquals(await directory.findAccount(login), undefined, login);
    }
  }],
  ["the bare local part is a login of the first domain only", async ({ directory, admin }) => {
    const joe = await admin.add("joe@example.org", "one");
    await admin.add("joe@example.net", "two");
    await admin.add("ann@example.net", "three");
    assertEquals(await directory.findAccount("joe"), joe.account);
    assertEquals(await directory.checkPassword("joe", "one"), joe.account);
    assertEquals(await directory.checkPassword("joe", "two"), undefined);
    assertEquals(await directory.findAccount("ann"), undefined);
  }],
  ["case does not matter in a login, quotes do not where none are needed", async ({ directory, admin }) => {
    const { account, address } = await admin.add("Joe@Example.ORG", "secret");
    assertEquals(address, "joe@example.org");
    for (const login of ["JOE@example.org", "joe@EXAMPLE.org", "JOE", '"joe"@example.org', '"j\\oe"@example.org']) {
      assertEquals(await directory.checkPassword(login, "secret"), account, login);
    }
  }],
  ["a password that was set replaces the one before at once, however often that was used", async (open) => {
    const { directory, admin } = open;
    const { account } = await admin.add("joe@example.org", "old");
    for (let n = 0; n < 3; n++) assertEquals(await directory.checkPassword("joe", "old"), account);
    await admin.setPassword("JOE@example.org", "new");
    assertEquals(await directory.checkPassword("joe", "old"), undefined);
    assertEquals(await directory.checkPassword("joe", "new"), account);
  }],
  ["a second password does as well for who takes it, is nothing to others, and outlives the first", async (open) => {
    const { directory, admin } = open;
    const { account } = await admin.add("joe@example.org", "one");
    await admin.setSecondPassword("joe@example.org", "two");
    const check = (password: string) => directory.checkPassword("joe", password, true);
    assertEquals([await check("one"), await check("two"), await check("three")], [account, account, undefined]);
    assertEquals(await directory.checkPassword("joe", "two"), undefined);
    await admin.setPassword("joe@example.org", "three");
    assertEquals([await check("one"), await check("two"), await check("three")], [undefined, account, account]);
    await admin.setSecondPassword("joe@example.org", undefined);
    assertEquals([await check("two"), await check("three")], [undefined, account]);
  }],
  ["of all who come with the same one-time password, one spends it", async ({ directory, admin }) => {
    if (!directory.secretSchemes.has("otp")) return;
    const { account } = await admin.add("joe@example.org", "one");
    const at = (sequence: number): OtpSequence => {
      const beginning = { algorithm: "md5", sequence, seed: "ke1234" } as const;
      return { ...beginning, last: otpOf({ ...beginning, passPhrase: "This is a test." }) };
    };
    await admin.setOtp("joe@example.org", at(500));
    assertEquals(await directory.secret("joe", "otp"), { account, ...at(500) });
    const spend = () => directory.advanceOtp?.({ account, ...at(500) }, at(499));
    const spent = await Promise.all([spend(), spend(), spend()]);
    assertEquals(spent.filter((isSpent) => isSpent).length, 1);
    assertEquals(await directory.secret("joe", "otp"), { account, ...at(499) });
    assertEquals(await spend(), false);
  }],
  ["a mark changes with what one logs in by, and with nothing else", async ({ directory, admin }) => {
    const { account } = await admin.add("joe@example.org", "one");
    const mark = () => directory.secretsMark?.(account) ?? Promise.resolve(undefined);
    const marks = [await mark()];
    await directory.checkPassword("joe", "one");
    await admin.setQuota("joe@example.org", { messages: 10 });
    assertEquals(await mark(), marks[0]);
    await admin.setPassword("joe@example.org", "one");
    marks.push(await mark());
    await admin.setSecondPassword("joe@example.org", "two");
    marks.push(await mark());
    await admin.remove("joe@example.org");
    marks.push(await mark());
    if (directory.secretsMark !== undefined) assertEquals(new Set(marks).size, 4);
    assertEquals(marks.at(-1), undefined);
  }],
  ["passwords that look the same are the same (RFC 4013)", async ({ directory, admin }) => {
    const { account } = await admin.add("joe@example.org", "caf\u00e9 \u2168");
    assertEquals(await directory.checkPassword("joe", "cafe\u0301\u00a0IX"), account);
  }],
  ["what is kept for SCRAM is made of the password, with the iterations that strangers get", async (open) => {
    const { directory, admin } = open;
    const { account } = await admin.add("joe@example.org", "secret");
    for (const [scheme, hash] of scrams) {
      if (!directory.secretSchemes.has(scheme)) continue;
      const kept = await directory.secret("joe", scheme);
      assert(kept !== undefined, scheme);
      assertEquals([kept.account, kept.iterations], [account, scramIterations]);
      assert(kept.salt.length >= 16);
      const { storedKey, serverKey } = await deriveScramKeys(hash, "secret", kept.salt, kept.iterations) ?? {};
      assertEquals([kept.storedKey, kept.serverKey], [storedKey, serverKey]);
      // A salt that changed would tell an account from a stranger.
      assertEquals(await directory.secret("joe@example.org", scheme), kept);
    }
  }],
  ["what is kept for DIGEST-MD5 is for the names and realms that clients write", async ({ directory, admin }) => {
    if (!directory.secretSchemes.has("digest-md5")) return;
    const { account } = await admin.add("joe@example.org", "secret");
    for (const user of ["joe@example.org", "joe"]) {
      for (const realm of ["mail.example.org", "example.org", ""]) {
        const kept = await directory.secret(user, "digest-md5", realm);
        assertEquals(kept, { account, ha1: digestSecret(user, realm, "secret") }, `${user} in ${realm}`);
      }
    }
    assertEquals((await directory.secret("joe", "digest-md5"))?.ha1, digestSecret("joe", "", "secret"));
  }],
  ["the realm may be the domain of a name without one", async ({ directory, admin }) => {
    if (!directory.secretSchemes.has("digest-md5")) return;
    await admin.add("joe@example.org", "one");
    const { account } = await admin.add("joe@example.net", "two");
    const kept = await directory.secret("joe", "digest-md5", "example.net");
    assertEquals(kept, { account, ha1: digestSecret("joe", "example.net", "two") });
  }],
  ["the password itself comes back as it was set", async ({ directory, admin }) => {
    if (!directory.secretSchemes.has("plain")) return;
    const { account } = await admin.add("joe@example.org", "s\u00e9cret \u{1f600}");
    assertEquals(await directory.secret("joe", "plain"), { account, password: "s\u00e9cret \u{1f600}" });
    await admin.setPassword("joe@example.org", "new");
    assertEquals(await directory.secret("joe", "plain"), { account, password: "new" });
  }],
  ["nothing is kept for nobody", async ({ directory, admin }) => {
    await admin.add("joe@example.org", "secret");
    await admin.setAlias("info@example.org", ["joe@example.org"]);
    for (const scheme of schemes) {
      for (const login of ["nobody", "joe@example.com", "joe+x@example.org", "info@example.org", ""]) {
        assertEquals(await directory.secret(login, scheme, "mail.example.org"), undefined, `${scheme} of ${login}`);
      }
    }
  }],
  ["an account has one login: aliases, sub-addresses and catch-alls are none", async ({ directory, admin }) => {
    await admin.add("joe@example.org", "secret");
    await admin.setAlias("info@example.org", ["joe@example.org"]);
    await admin.setAlias("@example.org", ["joe@example.org"]);
    for (const login of ["info", "info@example.org", "joe+x@example.org", "anything@example.org", "postmaster"]) {
      assertEquals(await directory.checkPassword(login, "secret"), undefined, login);
    }
  }],
  ["an account that was removed cannot log in, and another of its address is another", async ({ directory, admin }) => {
    const first = await admin.add("joe@example.org", "secret");
    assertEquals(await directory.checkPassword("joe", "secret"), first.account);
    await admin.remove("joe@example.org");
    assertEquals(await directory.checkPassword("joe", "secret"), undefined);
    assertEquals(await directory.secret("joe", "plain"), undefined);
    const second = await admin.add("joe@example.org", "secret");
    assertNotEquals(second.account, first.account);
    assertEquals(await directory.checkPassword("joe", "secret"), second.account);
  }],
  ["an account may act as itself in any spelling, and as nobody else", async ({ directory, admin }) => {
    const { account } = await admin.add("joe@example.org", "secret");
    await admin.add("ann@example.org", "secret");
    await admin.setAlias("info@example.org", ["joe@example.org"]);
    for (const name of ["joe", "JOE@Example.org", '"joe"@example.org']) {
      assertEquals(await directory.mayActAs(account, name), account, name);
    }
    for (const name of ["ann", "ann@example.org", "info@example.org", "joe@example.net", "nobody", ""]) {
      assertEquals(await directory.mayActAs(account, name), undefined, name);
    }
  }],
];
