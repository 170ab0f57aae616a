/** More messages than are changed at a time, and storages that somebody else uses just before a step. */
import type { Storage } from "../../../../core/contract/mod.ts";
import { memoryStorage } from "../../../../storage/memory/storage.ts";
import { fred, type TestService } from "./talk.ts";

/** One of them. */
export const message = "Subject: x\r\n\r\ntext\r\n";
/** More than two steps of a STORE. */
export const MANY = 4500;

/** So many copies in INBOX. */
export async function fillMany(service: TestService, count: number = MANY): Promise<void> {
  await service.fill(fred, "source", [message]);
  const { id: from } = await service.mailbox(fred, "source");
  const { id: to } = await service.mailbox(fred);
  await service.storage.apply(Array.from({ length: count }, () => ({ do: "copy", from, uids: [1], to }) as const));
}

/** A storage in memory, unless given, of which each batch is preceded by something, when `before` is set. */
export function interrupted(
  plain: Storage = memoryStorage(),
): { readonly storage: Storage; before: (() => Promise<unknown>) | undefined } {
  const hook: { readonly storage: Storage; before: (() => Promise<unknown>) | undefined } = {
    before: undefined,
    storage: new Proxy(plain, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== "apply") return typeof value === "function" ? value.bind(target) : value;
        return async (batch: Parameters<Storage["apply"]>[0]) => {
          const { before } = hook;
          hook.before = undefined;
          await before?.();
          return await plain.apply(batch);
        };
      },
    }),
  };
  return hook;
}
