/** NOTIFY (RFC 5465): what the client is told of, whether it asks for anything or not. */
import { type Command, command } from "../command.ts";
import { CommandRefused } from "../failures.ts";
import { expectNotifyArguments, type NotifyArguments } from "../grammar/notify_arguments.ts";
import { MetadataNews } from "../metadata_news.ts";
import { noNotifications, Notifications } from "../notify/notifications.ts";
import { isSupported, supportedEvents } from "../notify/wanted_events.ts";
import { ok } from "../replies.ts";
import type { Session } from "../session.ts";
import { loggedIn, type User } from "../state.ts";

/** The command. */
export const notify: Command = command({
  capabilities: ["NOTIFY"],
  states: loggedIn,
  parse(scanner) {
    scanner.expectSpace();
    return expectNotifyArguments(scanner);
  },
  async run(session, { user }, given) {
    if (given === "NONE") {
      session.notifications = noNotifications(user);
      session.metadataNews = undefined;
      session.watchAccounts();
      return { reply: ok("Nothing is told any more") };
    }
    // RFC 5465 §3.1: which events there are.
    if (!given.groups.every(({ events }) => events.every(isSupported))) {
      throw new CommandRefused("There is no such event", `BADEVENT (${supportedEvents.join(" ")})`);
    }
    // RFC 5465 §3.1: what has gathered is told at once, as by NOOP.
    await session.tell("result");
    await begin(session, user, given);
    return { reply: ok("You will be told") };
  },
});

/** In the place of what was told before; that goes on where this is too much. */
async function begin(
  session: Session,
  user: User,
  { groups, status }: Exclude<NotifyArguments, "NONE">,
): Promise<void> {
  const { notifications, metadataNews } = session;
  try {
    const begun = await Notifications.begin(session, user, groups, status);
    const server = begun.wanted.serverMetadata;
    session.metadataNews = undefined;
    if (server || begun.wanted.hasMetadata) {
      await MetadataNews.begin(session, user, { server, mailbox: (name) => begun.wantsMetadata(name) });
    }
  } catch (error) {
    session.notifications = notifications;
    session.metadataNews = metadataNews;
    throw error;
  } finally {
    session.watchAccounts();
  }
}
