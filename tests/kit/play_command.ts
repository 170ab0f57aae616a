/** Commands that an extension adds to POP3 or IMAP, in a conversation with the protocol itself. */
import type { PluginDefinition } from "../../core/contract/plugin.ts";
import { offeredCommands } from "../../core/hooks/offered_commands.ts";
import imap from "../../plugins/protocols/imap/plugin.ts";
import pop3 from "../../plugins/protocols/pop3/plugin.ts";
import { type DialogueEnd, type DialogueOptions, runDialogue } from "../support/run_dialogue.ts";
import { setUp, type Surroundings } from "./set_up.ts";
import { testContext } from "./test_context.ts";

/**
 * Plays a transcript against POP3 or IMAP with the commands of an extension. The connection is under TLS, so that passwords
 * may be sent.
 *
 * @throws AssertionError with the line of the transcript where the server says something else.
 */
export async function playCommand<Options>(
  protocol: "pop3" | "imap",
  plugin: PluginDefinition<"extension", Options>,
  transcript: string,
  settings: Surroundings & DialogueOptions = {},
): Promise<DialogueEnd> {
  await using added = await setUp(plugin, settings);
  const extensionCommands = offeredCommands([{ name: plugin.name, extension: added.extension }]);
  const context = { ...await testContext(settings), extensionCommands };
  const definition = protocol === "pop3" ? pop3 : imap;
  const checked = definition.options["~standard"].validate({});
  if (checked.issues !== undefined) throw new Error(`${protocol} needs options`);
  const served = await definition.setup(context, checked.value as never);
  return await runDialogue(transcript, (connection, stop) => served.serve(connection, stop), {
    tls: true,
    ...settings,
  });
}
