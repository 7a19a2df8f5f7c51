// Makes what the image ships: one JavaScript file per process, the CRDs, a bill of materials, the licences. Equal sources give
// equal bytes. Usage: node hack/bundle.ts [DIRECTORY]
import { fileURLToPath } from 'node:url';
import { makeBundle, writeBundle } from './bundle/write.ts';

const directory = process.argv[2] ?? fileURLToPath(new URL('../dist/image/app', import.meta.url));
const files = await writeBundle(directory, await makeBundle());
for (const { path, bytes } of files) console.log(`${String(bytes).padStart(9)}  ${path}`);
