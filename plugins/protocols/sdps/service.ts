/** SDPS as a service of POP3: logins of hosts and their users, two passwords a host, envelopes. */
import type { ProtocolContext } from "../../../core/contract/mod.ts";
import { type Pop3Service, pop3Service } from "../pop3/service.ts";
import { sdpsCommands } from "./commands.ts";
import { hostView } from "./envelopes.ts";
import { readHostLogin } from "./logins.ts";
import type { SdpsOptions } from "./options.ts";

/** The service. */
export function sdpsService(context: ProtocolContext, options: SdpsOptions): Pop3Service {
  const { authentication, hostname, domains } = context, { greeting, extensions, ...ofPop3 } = options;
  const service = pop3Service(context, { ...ofPop3, recent: 0 }, sdpsCommands(extensions));
  return {
    ...service,
    ...greeting !== undefined && { greeting },
    readLogin(written) {
      const { login, user } = readHostLogin(written, domains);
      return { login, view: hostView(hostname, user) };
    },
    passwords: {
      ...service.passwords,
      check: (login, password, connection) =>
        authentication.checkPassword(login, password, connection, "pop", { mayBeSecond: true }),
    },
  };
}
