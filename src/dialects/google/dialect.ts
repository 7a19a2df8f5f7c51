// Gemini's generateContent, as the Gemini API and Vertex AI speak it.
import type { ProviderDialect } from '../../chat/dialect.ts';
import { readAnswer } from './read-answer.ts';
import { readStream } from './read-stream.ts';
import { writeRequest } from './write-request.ts';

export const googleProvider: ProviderDialect = { name: 'google', writeRequest, readAnswer, readStream };
