import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { deriveByScrypt, type DeriveKey, PasswordHasher } from "../../../../plugins/directories/local/password_hash.ts";
import { Turns } from "../../../../plugins/directories/local/turns.ts";
import { recordedLog } from "../../../support/recorded_log.ts";
import { cheapKey, openTestDirectory } from "./open_directory.ts";

Deno.test("passwords: an unknown login costs as many hashes as a wrong password: one", async () => {
  const { directory, admin, hashed, close } = await openTestDirectory();
  try {
    await admin.add("joe@example.org", "secret");
    const before = hashed();
    for (
      const [login, password] of [["joe", "wrong"], ["nobody", "secret"], ["joe@example.com", "x"], ["@", "x"]] as const
    ) {
      const start = hashed();
      assertEquals(await directory.checkPassword(login, password), undefined);
      assertEquals(hashed() - start, 1, login);
    }
    assertEquals(hashed() - before, 4);
  } finally {
    await close();
  }
});

Deno.test("passwords: hashes for nobody are made at the same cost, of a salt of the same length", async () => {
  const asked: string[] = [];
  const derive: DeriveKey = (password, salt, cost, length) => {
    asked.push(`${salt.length} octets, cost ${cost.logN}, ${length} octets`);
    return cheapKey(password, salt, cost, length);
  };
  const { directory, admin, close } = await openTestDirectory({ derive, password_hash_cost: 14 });
  try {
    await admin.add("joe@example.org", "secret");
    await directory.checkPassword("joe", "wrong");
    await directory.checkPassword("nobody", "wrong");
    assertEquals(new Set(asked), new Set(["16 octets, cost 14, 32 octets"]));
  } finally {
    await close();
  }
});

Deno.test("passwords: a right one is remembered for some minutes, a wrong one never", async () => {
  let time = 0;
  const { directory, admin, hashed, close } = await openTestDirectory({ now: () => new Date(time) });
  try {
    const { account } = await admin.add("joe@example.org", "secret");
    const start = hashed();
    const logIn = () => directory.checkPassword("joe", "secret");
    assertEquals([await logIn(), await logIn(), await logIn()], [account, account, account]);
    assertEquals(hashed() - start, 1);
    assertEquals(await directory.checkPassword("joe", "wrong"), undefined);
    assertEquals(await directory.checkPassword("joe", "wrong"), undefined);
    assertEquals(hashed() - start, 3);
    assertEquals(await logIn(), account);
    assertEquals(hashed() - start, 3, "a wrong guess does not make the right one forgotten");
    time += 5 * 60_000;
    assertEquals(await logIn(), account);
    assertEquals(hashed() - start, 4);
    // A clock that was set back.
    time -= 60_000;
    assertEquals(await logIn(), account);
    assertEquals(hashed() - start, 5);
  } finally {
    await close();
  }
});

Deno.test("passwords: one that another process has changed is forgotten", async () => {
  const one = await openTestDirectory();
  const other = await openTestDirectory({ storage: one.storage });
  try {
    const { account } = await one.admin.add("joe@example.org", "old");
    assertEquals(await one.directory.checkPassword("joe", "old"), account);
    await other.admin.setPassword("joe@example.org", "new");
    assertEquals(await one.directory.checkPassword("joe", "old"), undefined);
    assertEquals(await one.directory.checkPassword("joe", "new"), account);
  } finally {
    await one.close();
    await other.close();
  }
});

Deno.test("passwords: a hash at another cost is made anew by the next login that is right", async () => {
  const old = await openTestDirectory({ password_hash_cost: 14 });
  const { account } = await old.admin.add("joe@example.org", "secret");
  const { directory, close } = await openTestDirectory({ storage: old.storage, password_hash_cost: 16 });
  const kept = async () => (await old.storage.account(account))?.secrets.scrypt ?? "";
  try {
    assertEquals(await directory.checkPassword("joe", "wrong"), undefined);
    assertMatch(await kept(), /^\$scrypt\$ln=14,r=8,p=1\$/);
    assertEquals(await directory.checkPassword("joe", "secret"), account);
    assertMatch(await kept(), /^\$scrypt\$ln=16,r=8,p=1\$/);
    assertEquals(await directory.checkPassword("joe", "secret"), account);
  } finally {
    await old.close();
    await close();
  }
});

Deno.test("passwords: RFC 5802 §2.2: of one that SCRAM cannot have the operator is told", async () => {
  using recorded = recordedLog();
  const { admin, close } = await openTestDirectory({ needed: ["plain", "scram-sha-256"], log: recorded.log });
  try {
    await admin.add("joe@example.org", "pässwörd");
    assertEquals(recorded.events, []);
    await admin.add("ann@example.org", "\u{1f600}");
    await admin.setPassword("joe", "\u{1f980}");
    assertEquals(recorded.events.map(({ level, address, mechanisms }) => [level, address, mechanisms]), [
      ["warn", "ann@example.org", ["scram-sha-256"]],
      ["warn", "joe@example.org", ["scram-sha-256"]],
    ]);
  } finally {
    await close();
  }
});

Deno.test("passwords: secrets needed since are made by the next login, those no longer needed go", async () => {
  const old = await openTestDirectory({ needed: ["plain", "digest-md5"] });
  const { account } = await old.admin.add("joe@example.org", "secret");
  const digest = (await old.storage.account(account))?.secrets["digest-md5"];
  const { directory, admin, hashed, close } = await openTestDirectory({
    storage: old.storage,
    folder: old.folder,
    needed: ["digest-md5", "scram-sha-256"],
  });
  try {
    assertEquals(await directory.secret("joe", "scram-sha-256"), undefined);
    await directory.checkPassword("joe", "secret");
    assertEquals((await admin.show("joe")).secrets, ["scrypt", "digest-md5", "scram-sha-256"]);
    assertEquals((await old.storage.account(account))?.secrets["digest-md5"], digest);
    assertNotEquals(await directory.secret("joe", "scram-sha-256"), undefined);
    // A password that SCRAM cannot have: nothing is made again and again.
    await admin.setPassword("joe", "\u{1f600}");
    assertEquals((await admin.show("joe")).secrets, ["scrypt", "digest-md5"]);
    const before = (await old.storage.account(account))?.secrets;
    const start = hashed();
    assertEquals(await directory.checkPassword("joe", "\u{1f600}"), account);
    assertEquals([hashed() - start, (await old.storage.account(account))?.secrets], [1, before]);
  } finally {
    await close();
    await old.close();
  }
});

Deno.test("passwords: one that is changed while its secrets are brought up to date stays changed", async () => {
  const old = await openTestDirectory({ password_hash_cost: 14 });
  const { account } = await old.admin.add("joe@example.org", "old");
  let beforeHash = () => Promise.resolve();
  const derive: DeriveKey = async (...parts) => {
    if (parts[2].logN === 16) await beforeHash();
    return await cheapKey(...parts);
  };
  const { directory, close } = await openTestDirectory({ storage: old.storage, password_hash_cost: 16, derive });
  try {
    beforeHash = () => old.admin.setPassword("joe", "new");
    assertEquals(await directory.checkPassword("joe", "old"), account);
    assertEquals(await directory.checkPassword("joe", "old"), undefined);
    beforeHash = () => Promise.resolve();
    assertEquals(await directory.checkPassword("joe", "new"), account);
  } finally {
    await close();
    await old.close();
  }
});

Deno.test("passwords: only what the configured mechanisms need is kept", async () => {
  const { directory, admin, folder, storage, close } = await openTestDirectory({ needed: ["scram-sha-256"] });
  try {
    const { secrets } = await admin.add("joe@example.org", "tell-tale");
    assertEquals(secrets, ["scrypt", "scram-sha-256"]);
    assertEquals([...directory.secretSchemes], ["scram-sha-256"]);
    const kept = (await storage.accountByAddress("joe@example.org"))?.secrets ?? {};
    assert(!JSON.stringify(kept).includes("tell-tale"));
    // RFC 5803 §2.
    assertMatch(kept["scram-sha-256"] ?? "", /^SCRAM-SHA-256\$10000:[\w+/]{22}==\$[\w+/]{43}=:[\w+/]{43}=$/);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), [], "no key is made that nothing is sealed under");
  } finally {
    await close();
  }
});

Deno.test("passwords: RFC 7914 §12: scrypt is scrypt", async () => {
  const key = await deriveByScrypt("pleaseletmein", new TextEncoder().encode("SodiumChloride"), { logN: 14 }, 64);
  assertEquals(
    key.toHex(),
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
  );
});

Deno.test("passwords: a hash is of its password and salt, and says at which cost it was made", async () => {
  const hasher = new PasswordHasher({ logN: 10 });
  const [one, two] = [await hasher.hash("secret"), await hasher.hash("secret")];
  assertNotEquals(one, two);
  assertMatch(one, /^\$scrypt\$ln=10,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assertEquals(await hasher.isRight("secret", one), true);
  assertEquals(await hasher.isRight("Secret", one), false);
  assertEquals(await new PasswordHasher({ logN: 11 }).isRight("secret", one), true);
  assertEquals(new PasswordHasher({ logN: 11 }).isCurrent(one), false);
  await assertRejects(() => hasher.isRight("secret", one.replace("ln=10", "ln=40")), Error, "set the password anew");
});

Deno.test("passwords: a costly hash is made one at a time, cheap ones as many as there are processors", () => {
  assertEquals(new PasswordHasher({ logN: 20 }).atOnce, 1);
  assert(new PasswordHasher({ logN: 15 }).atOnce <= 8);
  assertEquals(new PasswordHasher({ logN: 10 }).atOnce, Math.min(navigator.hardwareConcurrency, 256));
});

Deno.test("turns: so many at once, the others in order, and no more than may wait", async () => {
  const turns = new Turns(2, 2);
  const begun: number[] = [];
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const work = (n: number) =>
    turns.take(() => {
      begun.push(n);
      return ends[n]?.promise ?? Promise.resolve();
    });
  const [first, second, third, fourth] = [work(0), work(1), work(2), work(3)];
  const refused = await assertRejects(() => work(4), Refusal);
  assertEquals([refused.kind, begun], ["unavailable", [0, 1]]);
  // What fails hands its turn on as well.
  ends[1]?.reject(new Error("failed"));
  await assertRejects(() => second, Error, "failed");
  ends[2]?.resolve();
  await third;
  assertEquals(begun, [0, 1, 2, 3]);
  ends[0]?.resolve();
  ends[3]?.resolve();
  await Promise.all([first, fourth]);
  ends[4]?.resolve();
  await work(4);
  assertEquals(begun, [0, 1, 2, 3, 4]);
});
