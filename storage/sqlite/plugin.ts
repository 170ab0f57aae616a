/** The storage in SQLite as a plugin: `storage: sqlite`, the default. */
import * as v from "valibot";
import { definePlugin } from "../../core/contract/plugin.ts";
import { options } from "../../core/options/options.ts";
import { byteSize, flag } from "../../core/options/values.ts";
import { requireCurrent } from "./database_file.ts";
import { migrations } from "./migrate.ts";
import { SegmentFiles } from "./segment_files.ts";
import { sqliteStorage } from "./storage.ts";

export default definePlugin({
  apiVersion: 1,
  kind: "storage",
  name: "sqlite",
  summary: "Keeps mail in SQLite, mail.db in the data folder, and long bodies in mail.bodies beside it",
  options: options({
    /** How much the database and the bodies beside it may hold; beyond, mail is refused for the time being. Absent: as much as the disk. */
    max_size: v.optional(byteSize),
    /** Whether texts of messages are indexed, so that searches in large mailboxes are quick. */
    full_text_index: v.optional(flag, true),
  }),
  async setup(context, { max_size: largest, full_text_index: fullText }) {
    const { log, through, isServed } = context;
    const file = `${context.dataFolder}/mail.db`;
    new SegmentFiles(file).checkFolder();
    if (isServed) requireCurrent(file, migrations.length);
    return await sqliteStorage({ file, log, now: () => context.now(), largest, fullText, through });
  },
});
