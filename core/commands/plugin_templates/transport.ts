/** A transport that writes files. */
import type { PluginTemplate } from "./template.ts";

/** Written by `plugin new transport NAME`. */
export const transport: PluginTemplate = {
  plugin: (name) =>
    `/** A transport: carries queued messages. It is asked again later for what it could not do; the queue sees to that. */
import { definePlugin, type DeliveryResult, options, text } from "@quetzal/server";

export default definePlugin({
  apiVersion: 1,
  kind: "transport",
  name: "${name}",
  summary: "Writes each message into a file of its own",
  options: options({ folder: text("a folder") }),
  setup: (_context, { folder }) => ({
    async deliver({ id, envelope }, body) {
      const octets = await body.read(0, body.size);
      // Under another name until it is whole: who reads the folder never sees half a message.
      const draft = \`\${folder}/.\${id}.part\`;
      using file = await Deno.open(draft, { create: true, write: true, truncate: true });
      for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
      await file.sync();
      await Deno.rename(draft, \`\${folder}/\${id}.eml\`);
      // What is called delivered leaves the queue: a loss of power must not take the name back.
      using names = await Deno.open(folder);
      await names.sync();
      const done: DeliveryResult = { outcome: "delivered", remoteReply: "written" };
      return new Map(envelope.recipients.map((recipient) => [recipient, done]));
    },
  }),
});
`,
  test: (name, file) =>
    `import { assertEquals } from "@std/assert";
import { carry } from "@quetzal/server/testing";
import plugin from "./${file}";

Deno.test("${name}: a message becomes a file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const results = await carry(plugin, { options: { folder }, to: ["a@archive.example"], message: "x: y\\r\\n\\r\\n" });
    assertEquals(results["a@archive.example"]?.outcome, "delivered");
    const [written] = Array.from(Deno.readDirSync(folder));
    assertEquals(await Deno.readTextFile(\`\${folder}/\${written?.name}\`), "x: y\\r\\n\\r\\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
`,
  use: (path) =>
    `transports:\n  - { use: ${path}, for: [archive.example.org], options: { folder: ./archive }, sandbox: { read: [./archive], write: [./archive] } }`,
};
