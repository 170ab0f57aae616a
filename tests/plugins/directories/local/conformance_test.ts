import { directorySuite } from "../../../conformance/directory_suite.ts";
import { allSchemes, openTestDirectory } from "./open_directory.ts";

directorySuite("local directory", () => openTestDirectory({ needed: allSchemes }));
