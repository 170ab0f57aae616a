/** Contexts of contexts (RFC 2244 §6.4.1): they end, and what they keep is counted. */
import { assertEquals } from "@std/assert";
import { logIn, testService } from "./talk.ts";

Deno.test("acap: a context of a context of a context comes to an end", async () => {
  const service = await testService();
  await using client = await logIn(service);
  await client.done('STORE ("/c/~/a" "c.x" "1")');
  await client.done('SEARCH "/c/~/" MAKECONTEXT NOTIFY "x" ALL');
  const replies = new Set<string | undefined>();
  for (let n = 0; n < 30; n++) {
    replies.add((await client.run('SEARCH "x" MAKECONTEXT NOTIFY "x" NOT EQUAL "c.x" "i;octet" "2"')).at(-1));
  }
  assertEquals([...replies], ['OK "The context was made"', 'NO "Too many contexts lie in each other"']);
  assertEquals(service.log.lines.filter((line) => line.startsWith("error")), []);
});

Deno.test("acap: what contexts look for is kept too, and counts", async () => {
  const service = await testService();
  await using client = await logIn(service);
  await client.done('STORE ("/c/~/a" "c.x" "1")');
  const large = `{1000000+}\r\n${"x".repeat(1_000_000)}`;
  const make = async (n: number) =>
    (await client.run(`SEARCH "/c/~/" MAKECONTEXT "${n}" NOT EQUAL "c.x" "i;octet" ${large}`)).at(-1)?.slice(0, 20);
  const replies = [];
  for (let n = 0; n < 20; n++) replies.push(await make(n));
  assertEquals(replies.lastIndexOf('OK "The context was '), 15);
  assertEquals(replies.at(-1), "NO (TRYFREECONTEXT) ");
});
