import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fileURLToPath, pathToFileURL } from "node:url";
import { freshAddress, plainText, SpellingsUsedUp } from "../../../core/plugins/fresh_address.ts";

Deno.test("fresh address: reading 0 is the address as it is", () => {
  assertEquals(freshAddress("file:///srv/my%20mail/x.ts", 0), "file:///srv/my%20mail/x.ts");
});

Deno.test("fresh address: the last folder's spelling changes first, what is escaped stays", () => {
  assertEquals(freshAddress("file:///srv/mail/x.ts", 1), "file:///srv/mai%6c/x.ts");
  assertEquals(freshAddress("file:///srv/mail/x.ts", 2), "file:///srv/ma%69l/x.ts");
  assertEquals(freshAddress("file:///srv/mail/x.ts", 3), "file:///srv/ma%69%6c/x.ts");
  assertEquals(freshAddress("file:///srv/a%20/x.ts", 1), "file:///srv/%61%20/x.ts");
});

Deno.test("fresh address: a drive is no folder", () => {
  assertEquals(freshAddress("file:///C:/x/y.ts", 1), "file:///C:/%78/y.ts");
  assertThrows(() => freshAddress("file:///C:/x/y.ts", 2), SpellingsUsedUp);
});

Deno.test("fresh address: where no spelling is left, that is said", () => {
  assertThrows(() => freshAddress("file:///x.ts", 1), SpellingsUsedUp);
  assertEquals(freshAddress("file:///ab/x.ts", 3), "file:///%61%62/x.ts");
  assertThrows(() => freshAddress("file:///ab/x.ts", 4), SpellingsUsedUp);
});

Deno.test("fresh address: messages about it name the folder as it is", () => {
  const message = `Unexpected token at ${freshAddress("file:///srv/mail/x.ts", 5)}:1:1`;
  assertEquals(plainText(message, "file:///srv/mail/x.ts", 5), "Unexpected token at file:///srv/mail/x.ts:1:1");
  assertEquals(plainText("used up", "file:///x.ts", 5), "used up");
});

Deno.test("fresh address: each reading is the same file under another address, which the URL standard keeps", () => {
  const folder = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 })
    .filter((name) => name.isWellFormed() && !/[/\0]/.test(name) && !/^\.+$/.test(name));
  const readings = fc.uniqueArray(fc.nat(7), { minLength: 2, maxLength: 2 });
  fc.assert(fc.property(fc.array(folder, { maxLength: 4 }), readings, (folders, [one = 0, other = 0]) => {
    const path = `/${["abc", ...folders].join("/")}/x.ts`;
    const plain = pathToFileURL(path).href;
    const [first, second] = [freshAddress(plain, one), freshAddress(plain, other)];
    assertNotEquals(first, second);
    for (const address of [first, second]) {
      assertEquals(fileURLToPath(address), path);
      assertEquals(new URL(address).href, address);
      const relative = new URL("./lib/y.ts", address).href;
      assert(address === plain || relative !== new URL("./lib/y.ts", plain).href);
      assertEquals(fileURLToPath(relative), path.replace(/x\.ts$/, "lib/y.ts"));
    }
  }));
});
