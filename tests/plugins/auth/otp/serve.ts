/** Any protocol over one account with one-time passwords, which the local directory keeps. */
import type { Directory, OtpSequence, PluginDefinition, ProtocolContext } from "../../../../core/contract/mod.ts";
import { createDelivery } from "../../../../core/delivery/delivery.ts";
import { builtInPlugins } from "../../../../core/plugins/builtin.ts";
import plain from "../../../../plugins/auth/plain.ts";
import otp from "../../../../plugins/auth/otp/plugin.ts";
import { setUpMechanism, testAuthentication } from "../../../support/test_directory.ts";
import { openTestDirectory } from "../../directories/local/open_directory.ts";
import type { Serve } from "../../protocols/mail_context.ts";
import { FakeLog } from "../../protocols/smtp/fake_context.ts";

/** A service. */
export interface OtpService extends AsyncDisposable {
  readonly serve: Serve;
  readonly directory: Directory;
}

/** Serves tim@example.org. */
export async function serveOtp(name: string, sequence: OtpSequence, options?: unknown): Promise<OtpService> {
  const { directory, admin, storage, close } = await openTestDirectory({ needed: ["otp"] });
  await using undo = new AsyncDisposableStack();
  undo.defer(close);
  await admin.add("tim@example.org", "tanstaaf");
  await admin.setOtp("tim@example.org", sequence);
  const log = new FakeLog(), now = () => new Date("2026-11-24T07:00:00Z");
  const mechanisms = [setUpMechanism(otp, { seed_secret: "pepper" }, { log, now }), setUpMechanism(plain)];
  const context: ProtocolContext = {
    ...{ log, storage, directory, hostname: "mail.example.org", now },
    authentication: testAuthentication(directory, { mechanisms, now }),
    domains: ["example.org"],
    shutdown: new AbortController().signal,
    delivery: createDelivery({ storage, directory, filters: [], log, now }),
    limits: { message: 1000 },
  };
  const load = builtInPlugins.protocol[name];
  if (load === undefined) throw new Error(`there is no protocol ${name}`);
  const { default: plugin } = await load() as { readonly default: PluginDefinition<"protocol", unknown> };
  const validated = plugin.options["~standard"].validate(options);
  if (validated instanceof Promise || validated.issues !== undefined) throw new Error(JSON.stringify(options));
  const { serve } = await plugin.setup(context, validated.value);
  const rest = undo.move();
  return { serve, directory, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}
