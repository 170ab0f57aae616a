/** A SASL mechanism in conversation with a client, driven as the server drives it. */
import type { ExchangeEnd } from "../../core/contract/authentication.ts";
import type { PluginDefinition } from "../../core/contract/plugin.ts";
import { latin1, latin1Bytes } from "../../core/wire/ascii.ts";
import { fakeConnection, type FakeConnectionOptions } from "../support/fake_connection.ts";
import { testAuthentication } from "../support/test_directory.ts";
import { setUp, type Surroundings } from "./set_up.ts";

/** What the client says: one octet a character, or computed from the challenge that it answers. */
export type Response = string | ((challenge: string) => string);

/** How the conversation went. */
export interface LoggedIn {
  /** What the server said, one octet a character. */
  readonly challenges: readonly string[];
  /** What came of it; undefined where the mechanism still waits for the client. */
  readonly end: ExchangeEnd | undefined;
}

/**
 * Lets a client log in by a mechanism. The connection is under TLS unless the settings say otherwise.
 *
 * @param responses In their order. The first one goes along with the command (an initial response) if the mechanism lets
 * the client speak first.
 */
export async function logIn<Options>(
  plugin: PluginDefinition<"auth", Options>,
  responses: readonly Response[],
  settings: Surroundings & FakeConnectionOptions = {},
): Promise<LoggedIn> {
  await using set = await setUp(plugin, settings);
  const mechanism = set.extension;
  const { connection } = fakeConnection({ tls: true, ...settings });
  const authentication = testAuthentication(set.context.directory, { mechanisms: [mechanism] });
  const [first, ...others] = responses;
  const isFirst = mechanism.first === "client" && typeof first === "string";
  const initial = isFirst ? latin1Bytes(first) : undefined;
  await using exchange = await authentication.begin(mechanism.mechanism, connection, "smtp", initial);
  const challenges: string[] = [];
  for (const response of isFirst ? others : responses) {
    if (exchange.step.state !== "challenge") break;
    const challenge = latin1(exchange.step.data);
    challenges.push(challenge);
    await exchange.respond(latin1Bytes(typeof response === "string" ? response : response(challenge)));
  }
  const { step } = exchange;
  if (step.state !== "challenge") return { challenges, end: step };
  return { challenges: [...challenges, latin1(step.data)], end: undefined };
}
