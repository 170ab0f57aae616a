import { assertEquals } from "@std/assert";
import { JoinedSignal } from "../../../core/wire/joined_signal.ts";

Deno.test("joined signal: it aborts with the first of them, and its reason", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  using joined = new JoinedSignal(one.signal, other.signal);
  assertEquals(joined.signal.aborted, false);
  other.abort("because");
  one.abort("later");
  assertEquals(joined.signal.reason, "because");
});

Deno.test("joined signal: of one that is over it begins aborted", () => {
  using joined = new JoinedSignal(new AbortController().signal, AbortSignal.abort("over"));
  assertEquals(joined.signal.reason, "over");
});

Deno.test("joined signal: disposed of, it aborts no more", () => {
  const one = new AbortController();
  const joined = new JoinedSignal(one.signal);
  joined[Symbol.dispose]();
  one.abort();
  assertEquals(joined.signal.aborted, false);
});
