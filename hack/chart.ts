// Writes what the chart has twice: the CRDs, the schema of its values and its README. Usage: node hack/chart.ts
import { writeFile } from 'node:fs/promises';
import { generatedFiles } from './chart/generate.ts';

for (const [path, content] of await generatedFiles()) await writeFile(path, content);
