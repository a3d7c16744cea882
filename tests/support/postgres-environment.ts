import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { TestEnvironment } from "jest-environment-node";

declare global {
  /** An empty database, for test files that begin with `@jest-environment ./tests/support/postgres-environment.ts`. */
  var database: PGlite;
}

/**
 * PostgreSQL with pgvector, compiled to WebAssembly: nothing to install, and gone with the test file. It is made out here because it
 * loads its parts by `import()`, which the sandbox of a test refuses.
 */
export default class PostgresEnvironment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    this.global.database = await PGlite.create({ extensions: { vector } });
    await this.global.database.exec("CREATE EXTENSION vector");
  }

  override async teardown(): Promise<void> {
    await this.global.database.close();
    await super.teardown();
  }
}
