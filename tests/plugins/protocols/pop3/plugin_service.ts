/** The pop3 plugin as the server sets it up, over one account's mail. */
import plugin from "../../../../plugins/protocols/pop3/plugin.ts";
import { type GivenContext, type MailContext, mailContext, type Serve } from "../mail_context.ts";

/** A service, and the mail behind it. */
export interface Pop3Plugin extends MailContext {
  readonly serve: Serve;
}

/** A service with these options. */
export async function pop3Plugin(
  { options, ...given }: GivenContext & { readonly options?: Readonly<Record<string, unknown>> } = {},
): Promise<Pop3Plugin> {
  const validated = plugin.options["~standard"].validate(options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const kept = await mailContext(given);
  const { serve } = await plugin.setup(kept.context, validated.value);
  return { ...kept, serve };
}
