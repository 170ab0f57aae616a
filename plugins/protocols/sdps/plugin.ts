/** SDPS, Demon Internet's Standard Dial-up POP3 Service: one maildrop for all users of a host, told apart by envelopes. */
import { definePlugin, type Protocol } from "../../../core/contract/mod.ts";
import { pop3Protocol } from "../pop3/session.ts";
import { sdpsOptions } from "./options.ts";
import { sdpsService } from "./service.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "protocol",
  name: "sdps",
  summary: "SDPS (Demon Internet): POP3 for a whole host, whose users' mail is told apart by its envelope (*ENV)",
  options: sdpsOptions,
  setup(context, options): Protocol {
    return pop3Protocol(sdpsService(context, options));
  },
});
