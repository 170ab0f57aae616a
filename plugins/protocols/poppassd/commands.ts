/**
 * The commands of poppassd, as S. Dorner described the protocol to J. Norstad, whose server was the first: USER, PASS,
 * NEWPASS, QUIT, each answered as FTP answers: 2xx done, 4xx not now, 5xx no.
 */
import type { AccountId } from "../../../core/contract/mod.ts";
import { Refusal } from "../../../core/contract/mod.ts";
import { type Command, command, type Outcome } from "./command.ts";
import type { PoppassdSession } from "./session.ts";

/** USER. The answer is the same whoever is named. */
const user: Command = command("greeted", (_session, _state, login) =>
  Promise.resolve(
    login.trim() === ""
      ? { reply: "500 user name required" }
      : { reply: "200 your password please", state: { name: "named", login: login.trim() } },
  ));

/** PASS: the password as it is now. Spaces are a part of it. */
const pass: Command = command("named", async ({ context, connection, isPrivate }, { login }, password) => {
  const end = await context.authentication.checkPassword(login, password, connection, "pop", { isPrivate });
  if (end.state === "authenticated") {
    return { reply: "200 your new password please", state: { name: "proven", account: end.account } };
  }
  if (end.reason === "unavailable") return { reply: "400 passwords cannot be checked now, try again later" };
  return { reply: "500 invalid user or password" };
});

/** NEWPASS: the password as it is to be. One that cannot be is refused in words, and another may follow. */
const newpass: Command = command("proven", async (session, state, password) => {
  try {
    await change(session, state.account, password);
    return { reply: "200 password changed, thank you", state: { name: "changed" } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Only what is wrong with the password is the client's to know: other refusals name accounts.
    if (error.kind === "invalid") return { reply: `500 ${error.message}`, state };
    session.connection.log.error("password not changed", { error });
    return {
      reply: error.kind === "not-found" ? "500 the account is no more" : "400 not possible now, try again later",
    };
  }
});

/** Sets the password; then nobody who came in by the old one stays. */
async function change(
  { context: { storage, authentication }, admin, connection }: PoppassdSession,
  account: AccountId,
  password: string,
): Promise<void> {
  const address = (await storage.account(account))?.address;
  if (address === undefined) throw new Refusal("not-found", "the account is no more");
  const ended = await authentication.changeSecrets(account, () => admin.setPassword(address, password), connection);
  connection.log.info("password changed", { account, ended });
}

const bye: Outcome = { reply: "200 bye" };

/** QUIT, at any time. */
const quit: Command = { handle: () => Promise.resolve(bye) };

/** By keyword, in upper case: clients write them in either. */
export const poppassdCommands: ReadonlyMap<string, Command> = new Map([
  ["NEWPASS", newpass],
  ["PASS", pass],
  ["QUIT", quit],
  ["USER", user],
]);
