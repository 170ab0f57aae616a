/** One-time passwords in the local directory: how they are kept, who may spend them, what else leaves them alone. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { AccountOperation, OtpAlgorithm, OtpSequence, Storage } from "../../../../core/contract/mod.ts";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { parseOtp, printOtp } from "../../../../plugins/directories/local/otp_text.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { sequenceOf } from "../../auth/otp/otp_client.ts";
import { openTestDirectory } from "./open_directory.ts";

const joe = "joe@example.org";
const at = (sequence: number, seed = "ke1234"): OtpSequence =>
  sequenceOf({ algorithm: "md5", sequence, seed, passPhrase: "This is a test." });

Deno.test("otp: what is kept comes back as it was, and nothing else is read", () => {
  fc.assert(fc.property(
    fc.record({
      algorithm: fc.constantFrom<OtpAlgorithm[]>("md4", "md5", "sha1"),
      sequence: fc.nat({ max: 9999 }),
      seed: fc.stringMatching(/^[a-z0-9]{1,16}$/),
      last: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    }),
    (sequence) => assertEquals(parseOtp(printOtp(sequence)), sequence),
  ));
  const text = "otp-md5 499 ke1234 5bf075d9959d036f";
  assertEquals(printOtp(parseOtp(text)), text);
  for (const wrong of ["", text.slice(1), `${text}0`, text.toUpperCase(), text.replace("md5", "md6"), `${text} `]) {
    assertThrows(() => parseOtp(wrong), Error, "set it anew");
  }
});

Deno.test("otp: it is not made of the password, which may change; nor is the password touched by it", async () => {
  const { directory, admin, close } = await openTestDirectory({ needed: ["otp", "scram-sha-256"] });
  try {
    const { account, secrets } = await admin.add(joe, "first");
    assertEquals(await directory.secret("joe", "otp"), undefined);
    await admin.setOtp(joe, at(500));
    assertEquals((await admin.show(joe)).secrets, [...secrets, "otp"]);
    await admin.setPassword(joe, "second");
    await admin.setSecondPassword(joe, "third");
    // A login brings up to date what is kept of the password, and no more.
    assertEquals(await directory.checkPassword("joe", "second"), account);
    assertEquals(await directory.secret("joe", "otp"), { account, ...at(500) });
    await admin.setOtp(joe, undefined);
    assertEquals(await directory.secret("joe", "otp"), undefined);
    assertEquals((await admin.show(joe)).secrets.toSorted(), [...secrets, "second"].toSorted());
  } finally {
    await close();
  }
});

Deno.test("otp: a hash that a login renews leaves one-time passwords and second passwords where they are", async () => {
  const old = await openTestDirectory({ needed: ["otp"], password_hash_cost: 14 });
  const { account } = await old.admin.add(joe, "first");
  await old.admin.setOtp(joe, at(500));
  await old.admin.setSecondPassword(joe, "other");
  const { directory, close } = await openTestDirectory({
    needed: ["otp"],
    storage: old.storage,
    password_hash_cost: 16,
  });
  try {
    const { scrypt: before, ...kept } = (await old.storage.account(account))?.secrets ?? {};
    assertEquals(await directory.checkPassword("joe", "first"), account);
    const { scrypt, ...rest } = (await old.storage.account(account))?.secrets ?? {};
    assert(scrypt?.startsWith("$scrypt$ln=16,") && scrypt !== before);
    assertEquals(rest, kept);
  } finally {
    await old.close();
    await close();
  }
});

Deno.test("otp: RFC 2289 §8: an operator's new sequence has another seed; without the mechanism there is none", async () => {
  const { directory, admin, close } = await openTestDirectory({ needed: ["otp"] });
  const { admin: without, directory: plain, close: closeOther } = await openTestDirectory();
  try {
    await admin.add(joe, "x");
    await admin.setOtp(joe, at(500));
    await assertRejects(() => admin.setOtp(joe, at(300)), Refusal, "the seed ke1234 is that of the sequence before");
    await admin.setOtp(joe, at(300, "ke1235"));
    assertEquals((await directory.secret("joe", "otp"))?.seed, "ke1235");
    await assertRejects(() => admin.setOtp("jo@example.org", at(300)), Refusal, "did you mean joe@example.org?");
    await without.add(joe, "x");
    assert(!plain.secretSchemes.has("otp"));
    await assertRejects(() => without.setOtp(joe, at(500)), Refusal, "add otp to auth");
    // What was kept when there was the mechanism can be removed.
    await without.setOtp(joe, undefined);
  } finally {
    await close();
    await closeOther();
  }
});

/** A storage in which somebody else does something just before secrets are set. */
function interrupted(storage: Storage, interrupt: () => Promise<void>): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "changeAccounts") return value?.bind?.(target) ?? value;
      return async (batch: readonly AccountOperation[]) => {
        if (batch.some((operation) => operation.do === "setSecrets")) await interrupt();
        await target.changeAccounts(batch);
      };
    },
  });
}

Deno.test("otp: nobody's change is lost: a password that is set while a one-time password is spent, and the other way", async () => {
  const storage = memoryStorage();
  const other = await openTestDirectory({ needed: ["otp"], storage });
  const { account } = await other.admin.add(joe, "first");
  await other.admin.setOtp(joe, at(500));
  let interruptions: (() => Promise<unknown>)[] = [];
  const here = await openTestDirectory({
    needed: ["otp"],
    storage: interrupted(storage, async () => void await interruptions.shift()?.()),
  });
  const advance = (to: OtpSequence, from: OtpSequence) => here.directory.advanceOtp?.({ account, ...from }, to);
  try {
    interruptions = [() => other.admin.setPassword(joe, "second")];
    assertEquals(await advance(at(499), at(500)), true);
    assertEquals(await other.directory.checkPassword("joe", "second"), account);
    assertEquals((await other.directory.secret("joe", "otp"))?.sequence, 499);

    interruptions = [() => other.directory.advanceOtp?.({ account, ...at(499) }, at(498)) ?? Promise.resolve()];
    await here.admin.setPassword(joe, "third");
    assertEquals(await other.directory.checkPassword("joe", "third"), account);
    assertEquals((await other.directory.secret("joe", "otp"))?.sequence, 498);

    // Of two who spend the same, one does; and so it is where there is another sequence by now, or none, or nobody.
    interruptions = [() => other.directory.advanceOtp?.({ account, ...at(498) }, at(497)) ?? Promise.resolve()];
    assertEquals(await advance(at(497), at(498)), false);
    interruptions = [() => other.admin.setOtp(joe, at(497, "ke1235"))];
    assertEquals(await advance(at(496), at(497)), false);
    interruptions = [() => other.admin.setOtp(joe, undefined)];
    assertEquals(await advance(at(496, "ke1235"), at(497, "ke1235")), false);
    await other.admin.setOtp(joe, at(500));
    interruptions = [() => other.admin.remove(joe)];
    assertEquals(await advance(at(499), at(500)), false);
  } finally {
    await here.close();
    await other.close();
  }
});
