/**
 * What is promised of sandboxes, tested in processes of their own: a thread that loops goes on until its process ends,
 * whatever `Worker.terminate` is told (denoland/deno#35657), and would take the time of all tests after it.
 */
import { assert } from "@std/assert";

for (const promises of ["filter", "kinds", "hostile"]) {
  Deno.test(`sandbox: all promises of ${promises}_promises.ts`, async () => {
    const file = new URL(`./${promises}_promises.ts`, import.meta.url);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-P=test", "--no-check", decodeURIComponent(file.pathname)],
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  });
}
