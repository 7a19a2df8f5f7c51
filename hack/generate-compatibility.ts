// Writes docs/compatibility.md from a run of the gateway. A test fails when the two differ.
import { writeFile } from 'node:fs/promises';
import { makePage } from '../test/conformance/compatibility/run.ts';

await writeFile(new URL('../docs/compatibility.md', import.meta.url), await makePage());
