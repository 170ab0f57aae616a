/** A protocol in conversation with a client that a transcript plays. */
import type { PluginDefinition } from "../../core/contract/plugin.ts";
import { type DialogueEnd, type DialogueOptions, runDialogue } from "../support/run_dialogue.ts";
import { setUp, type Surroundings } from "./set_up.ts";

/**
 * Plays a transcript of `C:` and `S:` lines against a protocol; see `runDialogue` for what may stand in one.
 *
 * @throws AssertionError with the line of the transcript where the server says something else.
 */
export async function playProtocol<Options>(
  plugin: PluginDefinition<"protocol", Options>,
  transcript: string,
  settings: Surroundings & DialogueOptions = {},
): Promise<DialogueEnd> {
  await using served = await setUp(plugin, settings);
  return await runDialogue(transcript, (connection, stop) => served.extension.serve(connection, stop), settings);
}
