/** poppassd as tests speak with it, over the local directory. */
import type { Delivery, Directory, ProtocolContext } from "../../../../core/contract/mod.ts";
import { OpenConnections } from "../../../../core/sasl/open_connections.ts";
import plugin from "../../../../plugins/protocols/poppassd/plugin.ts";
import { testAuthentication, type TestAuthenticationOptions } from "../../../support/test_directory.ts";
import { openTestDirectory } from "../../directories/local/open_directory.ts";
import type { Serve } from "../mail_context.ts";
import { FakeLog } from "../smtp/fake_context.ts";

/** What a service may be given. */
export interface GivenService extends TestAuthenticationOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  /** Passwords by login; default: alice's is "old". */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Instead of the local directory. */
  readonly wrap?: (directory: Directory) => Directory;
}

/** A service, and who has an account. */
export interface PoppassdTest extends AsyncDisposable {
  readonly serve: Serve;
  readonly context: ProtocolContext;
  readonly log: FakeLog;
  readonly directory: Directory;
  /** To be counted among those that are open. */
  readonly open: OpenConnections;
  /** Whether that is the password of a login. */
  isPassword(login: string, password: string): Promise<boolean>;
}

/** A service. */
export async function poppassd(
  { options, accounts = { alice: "old" }, ...given }: GivenService = {},
): Promise<PoppassdTest> {
  const { directory: local, admin, storage, close } = await openTestDirectory();
  await using undo = new AsyncDisposableStack();
  undo.defer(close);
  for (const [login, password] of Object.entries(accounts)) await admin.add(`${login}@example.org`, password);
  const directory = given.wrap?.(local) ?? local;
  const log = new FakeLog();
  const open = new OpenConnections();
  const context: ProtocolContext = {
    ...{ log, storage, directory, hostname: "ISI-VAXA.ARPA", now: () => new Date() },
    authentication: testAuthentication(directory, { connections: open, ...given }),
    domains: ["example.org"],
    shutdown: new AbortController().signal,
    delivery: {} as Delivery,
    limits: { message: 1 },
  };
  const validated = plugin.options["~standard"].validate(options);
  if (validated.issues !== undefined) throw new Error(JSON.stringify(validated.issues));
  const { serve } = await plugin.setup(context, validated.value);
  const rest = undo.move();
  return {
    ...{ serve, context, log, directory, open },
    isPassword: async (login, password) => await local.checkPassword(login, password) !== undefined,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
