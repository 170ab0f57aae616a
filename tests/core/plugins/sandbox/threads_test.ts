/**
 * What is promised of sandboxes, tested in processes of their own: a thread that loops goes on until its process ends,
 * whatever `Worker.terminate` is told (denoland/deno#35657), and would take the time of all tests after it.
 */
import { assert } from "@std/assert";

for (const promises of ["filter", "kinds", "hostile"]) {
  Deno.test(`sandbox: all promises of ${promises}_promises.ts`, async () => {
    const path = (name: string) => decodeURIComponent(new URL(name, import.meta.url).pathname);
    const preload = `--preload=${path("../../../support/test_deadline.ts")}`;
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-P=test", "--no-check", preload, path(`./${promises}_promises.ts`)],
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  });
}
