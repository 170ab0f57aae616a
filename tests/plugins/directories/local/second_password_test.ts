/** Second passwords: taken where a service takes them, and of no use anywhere else. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { Refusal } from "../../../../core/contract/refusal.ts";
import { allSchemes, openTestDirectory } from "./open_directory.ts";

Deno.test("second password: it does as well where it may, and nowhere else; it can be changed and removed", async () => {
  const { directory, admin, close } = await openTestDirectory({ needed: allSchemes });
  try {
    const { account, secrets } = await admin.add("joe@example.org", "first");
    const { account: other } = await admin.add("ann@example.org", "second");
    await admin.setSecondPassword("joe@example.org", "pop");
    const check = (password: string) => directory.checkPassword("joe", password, true);
    assertEquals([await check("first"), await check("pop"), await check("second")], [account, account, undefined]);
    // Also while it is remembered.
    assertEquals([await check("pop"), await check("pop")], [account, account]);
    assertEquals(await directory.checkPassword("joe", "pop"), undefined);
    assertEquals(await directory.checkPassword("ann", "second", true), other);
    assertEquals((await admin.show("joe")).secrets, [...secrets, "second"]);
    // It is no secret of a mechanism.
    const plain = await directory.secret("joe", "plain");
    assertEquals(plain?.password, "first");

    await admin.setPassword("joe", "other");
    assertEquals([await check("first"), await check("other"), await check("pop")], [undefined, account, account]);
    await admin.setSecondPassword("joe", "pip");
    assertEquals([await check("pop"), await check("pip"), await check("other")], [undefined, account, account]);
    await admin.setSecondPassword("joe", undefined);
    assertEquals([await check("pip"), await check("other")], [undefined, account]);
    assertEquals((await admin.show("joe")).secrets, secrets);
  } finally {
    await close();
  }
});

Deno.test("second password: whether there is one, and whether there is an account, does not show in the work", async () => {
  const { directory, admin, hashed, close } = await openTestDirectory();
  try {
    await admin.add("joe@example.org", "first");
    await admin.add("ann@example.org", "first");
    await admin.setSecondPassword("ann", "pop");
    for (const login of ["joe", "ann", "nobody"]) {
      const start = hashed();
      assertEquals(await directory.checkPassword(login, "wrong", true), undefined);
      assertEquals(hashed() - start, 2, login);
    }
  } finally {
    await close();
  }
});

Deno.test("second password: its hash is made anew at another cost, by itself; a login leaves it where it is", async () => {
  const old = await openTestDirectory({ password_hash_cost: 14 });
  const { account } = await old.admin.add("joe@example.org", "first");
  await old.admin.setSecondPassword("joe", "pop");
  const { directory, close } = await openTestDirectory({ storage: old.storage, password_hash_cost: 16 });
  const kept = async (name: string) => (await old.storage.account(account))?.secrets[name] ?? "";
  try {
    const before = await kept("second");
    assertEquals(await directory.checkPassword("joe", "first", true), account);
    assertMatch(await kept("scrypt"), /^\$scrypt\$ln=16,/);
    assertEquals(await kept("second"), before);
    assertEquals(await directory.checkPassword("joe", "pop", true), account);
    assertMatch(await kept("second"), /^\$scrypt\$ln=16,/);
    const now = await kept("second");
    assertNotEquals(now, before);
    assertEquals(await directory.checkPassword("joe", "pop", true), account);
    assertEquals(await kept("second"), now);
    assert((await kept("scrypt")) !== now);
  } finally {
    await old.close();
    await close();
  }
});

Deno.test("second password: what no protocol can carry, and nobody's, is refused", async () => {
  const { admin, close } = await openTestDirectory();
  try {
    await admin.add("joe@example.org", "first");
    for (const password of ["", "a\tb"]) {
      await assertRejects(() => admin.setSecondPassword("joe@example.org", password), Refusal, "the password");
    }
    await assertRejects(() => admin.setSecondPassword("jo@example.org", "x"), Refusal, "did you mean joe@example.org?");
  } finally {
    await close();
  }
});
