/** POP1 as tests speak with it. */
import { oldPopOptions } from "../../../../plugins/protocols/pop2/options.ts";
import { servePop1 } from "../../../../plugins/protocols/pop1/session.ts";
import { type GivenContext, type MailContext, mailContext, type Serve } from "../mail_context.ts";

/** A service, and the mail behind it. */
export interface Pop1 extends MailContext {
  readonly serve: Serve;
}

/** A service over one account's mail. */
export async function pop1(
  { options, ...given }: GivenContext & { readonly options?: Record<string, unknown> } = {},
): Promise<Pop1> {
  const validated = oldPopOptions["~standard"].validate(options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const kept = await mailContext(given);
  return { ...kept, serve: (connection, stop) => servePop1(connection, stop, kept.context, validated.value) };
}
