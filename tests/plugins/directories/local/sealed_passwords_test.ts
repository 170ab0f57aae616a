import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { randomBytes } from "node:crypto";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { plainFields } from "../../../../core/observe/field_value.ts";
import { digestSecret } from "../../../../core/sasl/digest_keys.ts";
import { seal, unseal } from "../../../../plugins/directories/local/seal.ts";
import { SealKeyError, SealKeyFile } from "../../../../plugins/directories/local/seal_key_file.ts";
import { type Differences, openTestDirectory, type TestDirectory } from "./open_directory.ts";

const key = new Uint8Array(randomBytes(32));

Deno.test("seal: what was sealed opens, under its key and for its address only", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (password) => {
    const sealed = seal(key, "joe@example.org", password);
    assertEquals(unseal(key, "joe@example.org", sealed), password);
    assertEquals(unseal(key, "ann@example.org", sealed), undefined);
    assertEquals(unseal(new Uint8Array(randomBytes(32)), "joe@example.org", sealed), undefined);
  }));
});

Deno.test("seal: what was tampered with, cut or is something else does not open, and nothing throws", () => {
  const sealed = seal(key, "joe@example.org", "secret");
  const start = sealed.lastIndexOf("$") + 1;
  // Not the last digit before the padding: some of its bits mean nothing.
  for (let at = start; at < sealed.length - 3; at++) {
    const other = sealed.charAt(at) === "A" ? "B" : "A";
    assertEquals(unseal(key, "joe@example.org", sealed.slice(0, at) + other + sealed.slice(at + 1)), undefined);
    assertEquals(unseal(key, "joe@example.org", sealed.slice(0, at)), undefined);
  }
  fc.assert(fc.property(fc.string(), (text) => assertEquals(unseal(key, "joe@example.org", text), undefined)));
});

Deno.test("seal: the same password is never sealed the same", () => {
  assertEquals(new Set(Array.from({ length: 100 }, () => seal(key, "joe@example.org", "secret"))).size, 100);
});

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("key file: made when first needed, for its owner only, once, and whole", () =>
  inFolder(async (folder) => {
    // As many processes that all need it first.
    const keys = await Promise.all(Array.from({ length: 8 }, () => new SealKeyFile(folder).readOrMake()));
    for (const made of keys) assertEquals(made, keys[0]);
    assertEquals(keys[0]?.length, 32);
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["seal.key"]);
    assertEquals(((await Deno.stat(`${folder}/seal.key`)).mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("key file: one that others may read is not used, and the operator told what to do", () =>
  inFolder(async (folder) => {
    await new SealKeyFile(folder).readOrMake();
    for (const mode of [0o640, 0o604, 0o660]) {
      await Deno.chmod(`${folder}/seal.key`, mode);
      await assertRejects(() => new SealKeyFile(folder).read(), SealKeyError, `mode 0${mode.toString(8)}`);
      await assertRejects(() => new SealKeyFile(folder).readOrMake(), SealKeyError, "chmod 600");
    }
    await Deno.chmod(`${folder}/seal.key`, 0o400);
    await new SealKeyFile(folder).read();
  }));

Deno.test("key file: one that is missing or holds no key is named", () =>
  inFolder(async (folder) => {
    await assertRejects(() => new SealKeyFile(folder).read(), SealKeyError, `${folder}/seal.key is missing`);
    for (const text of ["", "short", "x".repeat(10_000)]) {
      await Deno.writeTextFile(`${folder}/seal.key`, text, { mode: 0o600 });
      await assertRejects(() => new SealKeyFile(folder).readOrMake(), SealKeyError, "holds no key");
    }
    await assertRejects(() => new SealKeyFile(`${folder}/none`).readOrMake(), SealKeyError, "cannot be made");
  }));

/** A directory that seals, and opens again as if the server had been restarted. */
async function sealing(
  test: (first: TestDirectory, reopen: (more?: Differences) => Promise<TestDirectory>) => Promise<void>,
): Promise<void> {
  const first = await openTestDirectory({ needed: ["plain"] });
  const { storage, folder } = first;
  try {
    await first.admin.add("joe@example.org", "secret");
    await test(first, (more) => openTestDirectory({ needed: ["plain"], storage, folder, ...more }));
  } finally {
    await first.close();
  }
}

Deno.test("sealed passwords: nothing of them is in the storage, and a restart can open them", () =>
  sealing(async ({ storage }, reopen) => {
    const account = await storage.accountByAddress("joe@example.org");
    assert(!JSON.stringify(account).includes('secret"'));
    const { directory } = await reopen();
    assertEquals((await directory.secret("joe", "plain"))?.password, "secret");
  }));

Deno.test("sealed passwords: without the key all logins fail alike, the operator is told, and it may come back", () =>
  sealing(async ({ folder }, reopen) => {
    await Deno.rename(`${folder}/seal.key`, `${folder}/kept`);
    const told: object[] = [];
    const log = {
      debug() {},
      info() {},
      warn() {},
      error: (_message: string, fields: object = {}) => void told.push(fields),
      isOn: () => true,
      child: () => log,
    };
    const { directory } = await reopen({ log });
    const [line, ...more] = told.map((fields) => JSON.stringify(plainFields(fields)));
    assert(more.length === 0 && line?.includes(`${folder}/seal.key is missing`), line);
    // Strangers too: an error must not tell who has an account.
    for (const login of ["nobody", "joe"]) {
      const { kind, message, cause } = await assertRejects(() => directory.secret(login, "plain"), Refusal);
      assertEquals([kind, message.includes(folder)], ["unavailable", false]);
      assert(cause instanceof SealKeyError);
    }
    await Deno.rename(`${folder}/kept`, `${folder}/seal.key`);
    assertEquals((await directory.secret("joe", "plain"))?.password, "secret");
    assertEquals(await directory.secret("nobody", "plain"), undefined);
  }));

Deno.test("sealed passwords: after the key is lost, passwords that are set anew work, and the others say why not", () =>
  sealing(async ({ folder, admin }, reopen) => {
    await admin.add("ann@example.org", "secret");
    await Deno.remove(`${folder}/seal.key`);
    const running = await reopen();
    const commandLine = await reopen();
    await commandLine.admin.setPassword("joe@example.org", "new");
    assertEquals((await running.directory.secret("joe", "plain"))?.password, "new");
    const { cause } = await assertRejects(() => running.directory.secret("ann", "plain"), Refusal);
    assert(cause instanceof SealKeyError && cause.message.includes("ann@example.org is sealed under another key"));
  }));

Deno.test("sealed passwords: a server that runs notices that another process has made a new key", () =>
  sealing(async ({ folder, directory }, reopen) => {
    assertEquals((await directory.secret("joe", "plain"))?.password, "secret");
    await Deno.remove(`${folder}/seal.key`);
    await (await reopen()).admin.setPassword("joe@example.org", "new");
    assertEquals((await directory.secret("joe", "plain"))?.password, "new");
  }));

Deno.test("sealed passwords: where none can be sealed none is set, and the reason is for the operator", () =>
  sealing(async ({ folder, admin }) => {
    await Deno.chmod(`${folder}/seal.key`, 0o644);
    await assertRejects(() => admin.add("ann@example.org", "secret"), Refusal, "chmod 600");
    await assertRejects(() => admin.show("ann@example.org"), Refusal, "no account");
  }));

Deno.test("sealed passwords: DIGEST-MD5 has them for any spelling of a name and its realms, though nothing was kept for it", () =>
  sealing(async ({ directory }) => {
    assert(directory.secretSchemes.has("digest-md5"));
    for (const realm of ["", "Mail.Example.Org", "EXAMPLE.org"]) {
      const kept = await directory.secret("Joe", "digest-md5", realm);
      assertEquals(kept?.ha1, digestSecret("Joe", realm, "secret"), realm);
    }
    // RFC 2831 §3.9: not where another server may keep it.
    assertEquals(await directory.secret("joe", "digest-md5", "elsewhere"), undefined);
  }));
