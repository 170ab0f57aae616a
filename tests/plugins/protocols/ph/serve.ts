/** Ph as tests speak with it. */
import type { Storage } from "../../../../core/contract/mod.ts";
import { phOptions } from "../../../../plugins/protocols/ph/options.ts";
import { servePh } from "../../../../plugins/protocols/ph/session.ts";
import { type MailContext, mailContext, type Serve } from "../mail_context.ts";

/** A service. */
export interface PhTest extends MailContext {
  readonly serve: Serve;
}

/** A service over these accounts; asked from 127.0.0.1, where it answers. */
export async function ph(
  addresses: readonly string[],
  options?: Readonly<Record<string, unknown>>,
  wrap?: (storage: Storage) => Storage,
): Promise<PhTest> {
  const validated = phOptions["~standard"].validate(options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const [address = "nobody@example.org", ...others] = addresses;
  const kept = await mailContext({ address, hostname: "mail.example.org", ...wrap && { wrap } });
  await kept.storage.apply(others.map((address) => ({ do: "createAccount", address, secrets: {} })));
  const service = { context: kept.context, options: validated.value };
  return { ...kept, serve: (connection, stop) => servePh(connection, stop, service) };
}

/** Where it answers without being told so. */
export const here = { peer: "127.0.0.1" };
